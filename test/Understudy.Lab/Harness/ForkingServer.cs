namespace Understudy.Lab.Harness;

/// <summary>A tiny app under a real server that forks: one worker of Understudy with a tree of processes.</summary>
sealed class ForkingServer : IDisposable
{
    const string RackApp = "run ->(env) { [200, {\"Content-Type\" => \"text/plain\"}, [Process.pid.to_s]] }\n";

    const string WsgiApp = """
        import os

        def app(environ, start):
            start("200 OK", [("Content-Type", "text/plain")])
            return [str(os.getpid()).encode()]

        """;

    readonly LabFolder _folder = new();

    ForkingServer(string app, string command, params (string Name, string Text)[] files)
    {
        foreach (var (name, text) in files)
            File.WriteAllText(_folder[name], text);
        File.WriteAllText(_folder["understudy.yaml"], $$"""
            app: {{app}}
            processes:
              web:
                command: {{command}}
                workers: 1
                ready: {path: /}
                stop: {within: 10s}
            """);
    }

    public string Folder => _folder.Path;

    public static ForkingServer Nginx() => new("nginx", "sed s/PORT/$PORT/ nginx.in >nginx.conf && exec nginx -p . -c nginx.conf", ("nginx.in", """
        daemon off;
        user root;
        worker_processes 3;
        pid nginx.pid;
        error_log stderr;
        events { worker_connections 64; }
        http {
          access_log off;
          server { listen 127.0.0.1:PORT; location / { return 200 "hello\n"; } }
        }
        """));

    public static ForkingServer Gunicorn() => new("gunicorn", "exec gunicorn --preload --workers 3 --bind 127.0.0.1:$PORT page:app", ("page.py", WsgiApp));

    public static ForkingServer Puma() => new("puma", "exec ruby -S puma -C puma.rb", ("config.ru", RackApp), ("puma.rb", Cluster));

    public static ForkingServer Passenger() => new("passenger", PassengerCommand, ("config.ru", RackApp));

    /// <param name="redis">Options of Redis.new in Ruby.</param>
    public static ForkingServer PassengerWithRedis(string app, string redis) => new(app, PassengerCommand, ("config.ru", AskingApp(redis)));

    /// <param name="redis">Options of Redis.new in Ruby.</param>
    public static ForkingServer PumaWithRedis(string app, string redis) => new(app, "exec ruby -S puma -C puma.rb", ("puma.rb", Cluster), ("config.ru", AskingApp(redis)));

    public void Dispose() => _folder.Dispose();

    const string PassengerCommand = "exec passenger start --engine builtin --address 127.0.0.1 --port $PORT --min-instances 3 --max-pool-size 3 --log-file /dev/stdout --instance-registry-dir .";

    /// <summary>Asks Redis once when it is loaded, before the fork, and then for each request of /ask, which takes a moment so that other forks get the next.</summary>
    static string AskingApp(string redis) => $$"""
        require "redis"
        redis = Redis.new({{redis}})
        redis.ping
        run ->(env) do
          redis.ping && sleep(0.05) if env["PATH_INFO"] == "/ask"
          [200, {"Content-Type" => "text/plain"}, [Process.pid.to_s]]
        end

        """;

    const string Cluster = """
        bind "tcp://127.0.0.1:#{ENV.fetch("PORT")}"
        workers 3
        threads 1, 1
        preload_app!

        """;
}
