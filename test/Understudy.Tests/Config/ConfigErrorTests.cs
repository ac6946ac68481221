using System.Text;
using Understudy.Config;
using Understudy.Decisions.Config;

namespace Understudy.Tests.Config;

public sealed class ConfigErrorTests : IDisposable
{
    readonly AppFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void All_errors_are_told_at_once_in_the_order_of_their_lines()
    {
        var errors = folder.With("understudy.yaml", """
            app: My Shop
            domain: shop.example.com
            processes:
              web:
                comand: serve
                workers: {min: 6, max: 2}
                ready: {path: up, within: 60}
                queue: {length: many, wait: 10 parsecs}
                stop: {signal: SIGTERM}
              jobs: {command: work, workers: -1}
              jobs: again
            env: {A-B: x, PORT: 3000}
            command: serve
            """).Errors();

        Assert.Equal(
        [
            "understudy.yaml:1:6: app: \"My Shop\" is not a usable name; write a name of 1 to 63 lower-case letters, digits and dashes, with a letter or digit first",
            "understudy.yaml:2:1: domain: is not a known key; did you mean domains?",
            "understudy.yaml:5:5: processes.web.comand: is not a known key; did you mean command?",
            "understudy.yaml:5:5: processes.web: needs `command:`; write a shell command such as bundle exec puma -p $PORT",
            "understudy.yaml:6:20: processes.web.workers.min: min 6 is above max 2; write max: 6, or a lower min",
            "understudy.yaml:7:19: processes.web.ready.path: \"up\" does not begin with a slash; write a page's path such as /up",
            "understudy.yaml:7:31: processes.web.ready.within: has no unit: \"60\"; write 60s for seconds; units are ms, s, m, h and d",
            "understudy.yaml:8:21: processes.web.queue.length: expected a whole number from 0 to 1,000,000, found \"many\"",
            "understudy.yaml:8:33: processes.web.queue.wait: expected a duration such as 30s, from 0s to 1h, found \"10 parsecs\"; units are ms, s, m, h and d",
            "understudy.yaml:9:20: processes.web.stop.signal: expected one of TERM, INT, QUIT, HUP, USR1, USR2, found \"SIGTERM\"; did you mean TERM?",
            "understudy.yaml:10:34: processes.jobs.workers.min: expected a whole number from 0 to 1,000, found \"-1\"",
            "understudy.yaml:11:3: processes.jobs: is written twice; the first is on line 10; remove one",
            "understudy.yaml:12:7: env: \"A-B\" is not a name that an environment variable can have; write letters, digits and underscores, with no digit first",
            "understudy.yaml:12:15: env: \"PORT\" cannot be given: it is set for each worker, to the port that it must listen on; remove it",
            "understudy.yaml:13:1: command: is not a known key; it belongs under processes.NAME",
        ], errors);
    }

    [Theory]
    [InlineData("assets: /etc", "1:9: assets: \"/etc\" is not a path below the app's folder; write a folder's path such as public/assets, or a glob such as public/packs-*/**")]
    [InlineData("assets: ../secrets", "assets: \"../secrets\" is not a path below the app's folder")]
    [InlineData("processes: [web]", "1:12: processes: expected process types by name, found a list")]
    [InlineData("processes: serve", "1:12: processes: expected process types by name, found \"serve\"")]
    [InlineData("processes:", "1:11: processes: has no value; write process types by name, or remove the key")]
    [InlineData("processes: {web: }", "1:18: processes.web: has no value; ")]
    [InlineData("processes: {}", "1:1: processes: names no process; ")]
    [InlineData("processes: {release: x}", "1:13: processes: \"release\" is not a process type; ")]
    [InlineData("processes: {Web: x}", "1:13: processes: \"Web\" is not a usable name; ")]
    [InlineData("processes: {web: {command: ''}}", "processes.web.command: is empty; ")]
    [InlineData("processes: {web: {command: serve, workers: two}}", "processes.web.workers.min: expected a whole number")]
    [InlineData("processes: {web: {command: serve, workers: '2'}}", "expected a number, found the text \"2\"; remove the quotes")]
    [InlineData("processes: {web: {command: serve, workers: 1001}}", "expected a whole number from 0 to 1,000, found \"1001\"")]
    [InlineData("processes: {web: {command: serve, queue: 5}}", "processes.web.queue: expected a section of length, wait, found \"5\"")]
    [InlineData("processes: {web: {command: serve, recycle: {memory: 400}}}", "has no unit: \"400\"; write 400MB or 400MiB")]
    [InlineData("processes: {web: {command: serve, recycle: {memory: 400M}}}", "units are B, KB, MB, GB, TB (thousands) and KiB")]
    [InlineData("processes: {web: {command: serve, recycle: {age: 99999999999999999999999999999999999s}}}", "expected a duration")]
    [InlineData("processes: {web: {command: serve, request: {body: 99999999999999TB}}}", "expected a size")]
    [InlineData("processes: {web: {command: serve, ready: {notify: yes}}}", "expected true or false, found \"yes\"; write true, without quotes")]
    [InlineData("processes: {web: {command: \"a\\0b\"}}", "contains a NUL character")]
    [InlineData("env: {A: \"a\\0b\"}", "env.A: contains a NUL character, which an environment cannot carry")]
    [InlineData("env: {A: [1]}", "env.A: expected text, found a list")]
    [InlineData("domains: [a.example.com, A.example.com]", "domains: names a.example.com twice")]
    [InlineData("domains: 'https://a.example.com'", "is an address, not a host name")]
    [InlineData("domains: 'a.example.com:8080'", "names a port")]
    [InlineData("tls: {certificate: a.pem}", "tls: needs `key:`")]
    [InlineData("deploy: {at_once: 0}", "deploy.at_once: expected a number of workers or a share of them, such as 2 or 25%, from 1 to 1,000, or 1% to 100%, found \"0\"")]
    [InlineData("deploy: {at_once: 101%}", "expected a number of workers or a share of them")]
    [InlineData("deploy: {at_once: half}", "expected a number of workers or a share of them")]
    [InlineData("services: {memcached: {command: memcached, port: 70000}}", "expected a whole number from 1 to 65,535")]
    [InlineData("colour: red", "colour: is not a known key; known here: app, domains, tls")]
    [InlineData("just words", "expected a section of app, domains")]
    [InlineData("- a\n- b", "expected a section of app, domains")]
    [InlineData("a: &x 1\nb: *x", "1:4: is not YAML from here on: anchors (&name) and aliases (*name) are not read")]
    [InlineData("a: !!str 1", "tags (!name) are not read")]
    [InlineData("app: a\n---\napp: b", "a second document begins here")]
    [InlineData("app: [a", "understudy.yaml:2")]
    [InlineData("app: 'a", "understudy.yaml:1")]
    [InlineData("app: [a\nb: c", "is not YAML from here on; look for a bracket or a quote that is not closed")]
    [InlineData("release: bin/x: y", "1:15: is not YAML from here on: While scanning a plain scalar value, found invalid mapping; quote a value that contains a colon and a space")]
    [InlineData("[a, b]: c", "a key must be one word")]
    [InlineData("processes:\n  web:\n\tcommand: x\n\tworkers: 2\n", "3:1: is indented with a tab (as are 1 more lines), which YAML does not allow; indent with spaces")]
    [InlineData("processes:\n\tweb: x\n", "2:1: is indented with a tab, which YAML does not allow; indent with spaces")]
    public void A_wrong_yaml_is_named(string yaml, string expected) =>
        Assert.Contains(folder.With("understudy.yaml", yaml).Errors(), error => error.Contains(expected, StringComparison.Ordinal));

    [Theory]
    [InlineData("web: serve\nthis is not a line\n", "Procfile:2:1: expected `name: command`, found \"this is not a line\"; begin a comment with #; a command must stay on one line")]
    [InlineData("web:\n", "Procfile:1:1: web: has no command; write `web: COMMAND`, or remove the line")]
    [InlineData("web: a\nweb: b\n", "Procfile:2:1: web: is written twice; the first is on line 1; remove one")]
    [InlineData("-x: a\n", "Procfile:1:1: -x: is not a usable name; ")]
    [InlineData("# nothing\n", "Procfile: names no process; ")]
    [InlineData("", "Procfile: is empty; ")]
    [InlineData("release: migrate\n", "processes: names no process; ")]
    public void A_wrong_Procfile_is_named(string procfile, string expected) =>
        Assert.Contains(folder.With("Procfile", procfile).Errors(), error => error.StartsWith(expected, StringComparison.Ordinal) || error.Contains(": " + expected, StringComparison.Ordinal));

    [Theory]
    [InlineData("A=1\nnonsense\n", ".env:2:1: expected NAME=VALUE, found \"nonsense\"; begin a comment with #")]
    [InlineData("1A=1\n", ".env:1:1: \"1A\" is not a name that an environment variable can have; ")]
    [InlineData("\nA=\"open\nB=1\n", ".env:2:1: A: its quote is never closed")]
    public void A_wrong_env_file_is_named(string env, string expected) =>
        Assert.StartsWith(expected, Assert.Single(folder.With("Procfile", "web: serve").With(".env", env).Errors()));

    [Theory]
    [InlineData("{\n  \"formation\": {,}\n}", "app.json:2:17: is not JSON from here on; ")]
    [InlineData("{\"formation\": []}", "app.json: formation: expected process types by name")]
    [InlineData("{\"formation\": {\"web\": {\"quantity\": \"2\"}}}", "app.json: formation.web.quantity: expected a whole number from 0 to 1,000")]
    public void A_wrong_app_json_is_named(string json, string expected) =>
        Assert.StartsWith(expected, Assert.Single(folder.With("Procfile", "web: serve").With("app.json", json).Errors()));

    [Fact]
    public void Errors_of_all_files_are_told_together()
    {
        var errors = folder.With("understudy.yaml", "domain: x").With("Procfile", "stray").With(".env", "stray").Errors();
        Assert.Equal(["understudy.yaml", "Procfile", ".env"], errors.Select(error => error.Split(':')[0]));
    }

    [Fact]
    public void A_folder_that_is_not_there_is_named() =>
        Assert.Equal("/nowhere/at/all: there is no such folder; name the app's folder", Assert.Single(AppConfigLoader.Load("/nowhere/at/all").Errors).ToString());

    [Fact]
    public void A_file_is_not_a_folder() =>
        Assert.Equal("is a file, not a folder", Assert.Single(AppConfigLoader.Load(folder.With("file", "x")["file"]).Errors).Message);

    [Fact]
    public void An_empty_folder_is_told_about_init() =>
        Assert.EndsWith("there is neither an understudy.yaml nor a Procfile in this folder; write one with `understudy init`", Assert.Single(folder.Errors()));

    [Fact]
    public void A_file_with_nearly_the_right_name_is_pointed_at() =>
        Assert.EndsWith("rename understudy.yml to understudy.yaml", Assert.Single(folder.With("understudy.yml", "app: x").Errors()));

    [Fact]
    public void A_folder_named_understudy_yaml_is_named()
    {
        Directory.CreateDirectory(folder["understudy.yaml"]);
        Assert.StartsWith("understudy.yaml: is a folder, not a file; ", Assert.Single(folder.Errors()));
    }

    [Fact]
    public void A_link_to_nothing_is_named()
    {
        File.CreateSymbolicLink(folder["Procfile"], "/nowhere");
        Assert.Equal("Procfile: is a link to /nowhere, which is not there", Assert.Single(folder.Errors()));
    }

    [Fact]
    public void A_huge_file_is_refused_unread() =>
        Assert.StartsWith("understudy.yaml: is 10,000,000 bytes long; at most 1,000,000 are read; ",
            Assert.Single(folder.With("understudy.yaml", new string('x', 10_000_000)).Errors()));

    [Theory]
    [InlineData("app: a\0b\nx", "understudy.yaml:1:7: is not a text file: it contains the byte 0x00; ")]
    [InlineData("a: 1\n\u007fELF\u0002", "understudy.yaml:2:5: is not a text file: it contains the byte 0x02; ")]
    [InlineData("   \n\n", "understudy.yaml: is empty; ")]
    public void What_is_not_text_is_refused(string text, string expected) =>
        Assert.StartsWith(expected, Assert.Single(folder.With("understudy.yaml", text).Errors()));

    [Fact]
    public void What_is_not_UTF8_is_refused()
    {
        Assert.StartsWith("understudy.yaml:2:6: is not UTF-8 text from here on; ", Assert.Single(folder.With("understudy.yaml", Encoding.Latin1.GetBytes("env:\n  A: é")).Errors()));
        Assert.StartsWith("understudy.yaml: is UTF-16 text; ", Assert.Single(folder.With("understudy.yaml", [0xFF, 0xFE, .. Encoding.Unicode.GetBytes("app: x")]).Errors()));
    }

    [Fact]
    public void A_byte_order_mark_is_no_harm() =>
        Assert.Equal("x", folder.With("understudy.yaml", [0xEF, 0xBB, 0xBF, .. "app: x\nprocesses: {web: y}"u8]).Config().App);

    [Fact]
    public void No_damage_to_a_file_makes_reading_it_throw()
    {
        const string good = "app: shop\nprocesses:\n  web:\n    command: 'serve $PORT'\n    workers: {min: 2, max: 6}\n  jobs: work\nenv: {A: [\"1\"], B: |\n text\n}\n";
        var random = new Random(1);
        const string spice = "\t\n :-[]{}'\"#&*!|>%@`?,~\u00e9\u0085\u2028aZ09";
        for (var run = 0; run < 3_000; run++)
        {
            var text = new StringBuilder(good);
            for (var i = random.Next(1, 6); i > 0; i--)
                text[random.Next(text.Length)] = spice[random.Next(spice.Length)];
            if (random.Next(3) == 0)
                text.Length = random.Next(text.Length);
            var errors = new ConfigErrors();
            var tree = YamlTree.Read(text.ToString(), "understudy.yaml", errors);
            Assert.True(tree is not null || errors.Any);
            if (tree is not null)
                ConfigBinder.App(new AppSources("/srv/shop", tree, null, null, null), errors, []);
        }
    }

    [Fact]
    public void A_megabyte_of_brackets_is_refused_at_once()
    {
        var error = Assert.Single(folder.With("understudy.yaml", "a: " + new string('[', 900_000)).Errors());
        Assert.Contains("nested more than 20 levels deep", error);
    }

    [Fact]
    public void A_megabyte_of_keys_is_read_in_time()
    {
        var yaml = new StringBuilder("processes: {web: serve}\nenv:\n");
        for (var i = 0; yaml.Length < 900_000; i++)
            yaml.Append("  KEY_").Append(i).Append(": value\n");
        Assert.True(folder.With("understudy.yaml", yaml.ToString()).Config().Env.Count > 40_000);
    }
}
