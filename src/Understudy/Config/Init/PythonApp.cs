namespace Understudy.Config.Init;

/// <summary>Django apps, and others that gunicorn serves.</summary>
static class PythonApp
{
    public static bool Look(Findings found)
    {
        var files = found.Files;
        var requirements = files.Text("requirements.txt") ?? files.Text("pyproject.toml") ?? "";
        var django = files.Has("manage.py");
        var gunicorn = requirements.Contains("gunicorn", StringComparison.OrdinalIgnoreCase);
        if (!django && !gunicorn)
            return false;
        found.Say(django ? "a Django app (manage.py)" : "a Python app with gunicorn");
        found.Add(gunicorn
            ? new FoundProcess("web", $"gunicorn -b 127.0.0.1:$PORT --threads 5 {Module(files)}", "gunicorn is among the requirements", (5, "as many as --threads above"))
            : new FoundProcess("web", "python3 manage.py runserver --noreload 127.0.0.1:$PORT", "there is a manage.py, and no gunicorn among the requirements; add it for production"));
        if (files.Has("requirements.txt"))
            found.AddBuild("python3 -m pip install -r requirements.txt", "there is a requirements.txt");
        if (django)
            found.Release ??= ("python3 manage.py migrate --noinput", "there is a manage.py");
        return true;
    }

    static string Module(AppFiles files)
    {
        if (files.Ending("wsgi.py", beneath: true).FirstOrDefault(path => Path.GetFileName(path) == "wsgi.py") is { } wsgi)
            return wsgi[..^3].Replace('/', '.');
        return files.Has("main.py") && !files.Has("app.py") ? "main:app" : "app:app";
    }
}
