using System.CommandLine;

namespace Understudy.Cli;

internal static class CompletionVerb
{
    const string Bash = """
        # Completion for understudy. For this shell:  source <(understudy completion bash)
        # For good:  understudy completion bash > /etc/bash_completion.d/understudy
        _understudy() {
            local IFS=$'\n' candidate
            COMPREPLY=()
            for candidate in $("$1" complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null); do
                COMPREPLY+=("${candidate%%$'\t'*}")
            done
            if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]]; then
                compopt -o nospace
            fi
        }
        complete -o default -F _understudy understudy
        """;

    const string Zsh = """
        #compdef understudy
        # Completion for understudy. For this shell:  source <(understudy completion zsh)
        # For good: write it as _understudy into a folder of $fpath.
        _understudy() {
            local -a lines names shown
            local line
            lines=("${(@f)$("${words[1]}" complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
            for line in $lines; do
                [[ -z $line ]] && continue
                names+=("${line%%$'\t'*}")
                shown+=("${line//$'\t'/  -- }")
            done
            if (( ! ${#names} )); then
                _files
            elif [[ ${names[1]} == *= ]]; then
                compadd -S '' -a names
            else
                compadd -l -d shown -a names
            fi
        }
        if [[ ${funcstack[1]} == _understudy ]]; then
            _understudy "$@"
        else
            compdef _understudy understudy
        fi
        """;

    const string Fish = """
        # Completion for understudy. For this shell:  understudy completion fish | source
        # For good:  understudy completion fish > ~/.config/fish/completions/understudy.fish
        complete -c understudy -f
        complete -c understudy -n '__fish_seen_subcommand_from up init run' -F
        complete -c understudy -a '(set -l words (commandline -opc); $words[1] complete -- $words[2..-1] (commandline -ct) 2>/dev/null)'
        """;

    public static Command Build(Screen screen)
    {
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh or fish" };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        var command = new Command("completion", "Completion script for bash, zsh or fish; it knows the running pools and workers") { shell };
        command.SetAction(parse =>
        {
            screen.Line(Script(parse.GetRequiredValue(shell)));
            return ExitCode.Done;
        });
        return command;
    }

    static string Script(string shell) => shell switch
    {
        "bash" => Bash,
        "zsh" => Zsh,
        _ => Fish,
    };
}
