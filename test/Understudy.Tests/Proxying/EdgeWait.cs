namespace Understudy.Tests.Proxying;

static class EdgeWait
{
    public static Task Within(this Task task) => task.WaitAsync(Eventually.Deadline);

    public static Task<T> Within<T>(this Task<T> task) => task.WaitAsync(Eventually.Deadline);
}
