namespace Understudy.Bench.Proxies;

/// <summary>Debian's nginx with one worker process. It has no active health checks and does not count requests per worker with a queue.</summary>
sealed class Nginx : IProxy
{
    static readonly Dictionary<string, string> None = [];

    public string Name => "nginx";

    public string Version(Children children) => children.Run(["nginx", "-v"], TimeSpan.FromSeconds(10)).Trim();

    public ProxyCommand Prepare(string folder, int port, IReadOnlyList<Upstream> upstreams, int concurrency)
    {
        var file = Path.Combine(folder, "nginx.conf");
        File.WriteAllText(file, $$"""
            daemon off;
            user {{Environment.UserName}};
            worker_processes 1;
            worker_rlimit_nofile 20000;
            pid {{folder}}/nginx.pid;
            error_log stderr crit;
            events { worker_connections 8192; }
            http {
              access_log off;
              client_body_temp_path {{folder}}/body;
              proxy_temp_path {{folder}}/proxy;
              fastcgi_temp_path {{folder}}/fastcgi;
              uwsgi_temp_path {{folder}}/uwsgi;
              scgi_temp_path {{folder}}/scgi;
              keepalive_requests 1000000;
              upstream workers {
                least_conn;
            {{string.Join('\n', upstreams.Select(one => $"    server 127.0.0.1:{one.Port} max_fails=1 fail_timeout=10s;"))}}
                keepalive 256;
                keepalive_requests 1000000;
              }
              server {
                listen 127.0.0.1:{{port}} backlog=4096;
                location / {
                  proxy_pass http://workers;
                  proxy_http_version 1.1;
                  proxy_set_header Connection "";
                  proxy_set_header Host $http_host;
                  proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
                  proxy_set_header X-Forwarded-Proto $scheme;
                  proxy_connect_timeout 1s;
                  proxy_read_timeout 30s;
                  proxy_next_upstream error timeout http_502 http_503;
                }
              }
            }

            """);
        return new(["nginx", "-p", folder, "-c", file], None);
    }
}
