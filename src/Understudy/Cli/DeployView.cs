using Understudy.Api;

namespace Understudy.Cli;

/// <summary>Shows a deploy as it goes.</summary>
internal abstract class DeployView
{
    public static DeployView For(Screen screen, bool json) => json ? new DeployJson(screen) : screen.Live ? new DeployPicture(screen, TimeProvider.System) : new DeployLines(screen);

    /// <summary>A phase on this side, before the agent's.</summary>
    public abstract void Begin(string phase);

    public abstract void Note(string text);

    public abstract void End();

    public abstract void Take(DeployEventDocument one);

    /// <summary>Called ten times a second.</summary>
    public virtual void Draw()
    {
    }
}
