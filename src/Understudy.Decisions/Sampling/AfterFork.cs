namespace Understudy.Decisions.Sampling;

/// <summary>Where an app opens its connections anew after a fork: the hook of the server in use.</summary>
public static class AfterFork
{
    static readonly (string[] Signs, string Remedy)[] Servers =
    [
        (["Passenger", "passenger"], "Close it before the fork, or open it anew in Passenger's starting_worker_process event: PhusionPassenger.on_event(:starting_worker_process) { |forked| reconnect if forked }."),
        (["puma"], "Close it in Puma's before_fork, and open it anew in on_worker_boot (config/puma.rb)."),
        (["unicorn"], "Close it in Unicorn's before_fork, and open it anew in after_fork (unicorn.rb)."),
        (["gunicorn"], "Open it anew in gunicorn's post_fork (gunicorn.conf.py), or leave out --preload."),
        (["uwsgi"], "Open it anew in a function marked @postfork, or start uWSGI with lazy-apps."),
        (["resque"], "Open it anew in Resque.after_fork."),
        (["celery"], "Open it anew on Celery's worker_process_init signal."),
        (["spring"], "Open it anew in Spring.after_fork."),
    ];

    public const string AnyServer = "Close it before the fork, or open it anew in each process after it: in your server's after-fork hook.";

    /// <param name="commands">Command lines of the processes that hold it, and of the worker itself.</param>
    public static string Remedy(IEnumerable<string> commands)
    {
        var known = commands.ToList();
        // gunicorn has unicorn in its name, and a server often has the app's path behind its own: words are compared, and only the first few.
        foreach (var (signs, remedy) in Servers)
        {
            if (known.Exists(command => Words(command).Any(word => signs.Any(sign => word.StartsWith(sign, StringComparison.Ordinal)))))
                return remedy;
        }
        return AnyServer;
    }

    static IEnumerable<string> Words(string command) =>
        command.Split([' ', '\0', ':'], StringSplitOptions.RemoveEmptyEntries).Take(3).Select(word => word[(word.LastIndexOf('/') + 1)..]);
}
