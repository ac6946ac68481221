using Understudy.Decisions.Proxying;

namespace Understudy.Proxying;

/// <summary>The proxy's figures for Prometheus. All begin with understudy_proxy_ and count from the proxy's start.</summary>
internal static class MetricsPage
{
    public static string Write(IReadOnlyList<App> apps, ProxyReport report, long accessLogDropped)
    {
        var page = new PrometheusText();
        page.Family("understudy_proxy_connections", "gauge", "Open connections of clients.").Sample(report.Connections);
        page.Family("understudy_proxy_routes_revision", "gauge", "The newest route table in force.").Sample(report.RoutesRevision);
        page.Family("understudy_proxy_access_log_dropped_total", "counter", "Access log lines that the disk did not take in time.").Sample(accessLogDropped);

        page.Family("understudy_proxy_requests_total", "counter", "Answered requests by status; 499: the client went away first.");
        foreach (var app in apps)
            foreach (var (status, count) in app.Counters.Seen())
                page.Sample(count, ("app", app.Name), ("status", $"{status}"));

        page.Family("understudy_proxy_request_duration_seconds", "histogram", "From a request's head to the end of its answer.");
        foreach (var app in apps) app.Counters.Durations.Write(page, ("app", app.Name));

        page.Family("understudy_proxy_queue_wait_seconds", "histogram", "How long requests waited for a free worker.");
        foreach (var app in apps) app.Pool.Figures.QueueWaits.Write(page, ("app", app.Name), ("pool", app.Pool.Route.Name));

        Each(page, report, "understudy_proxy_queue_length", "gauge", "Requests that wait for a free worker now.", p => p.Queued);
        Each(page, report, "understudy_proxy_retries_total", "counter", "Attempts after the first.", p => p.Retries);
        Each(page, report, "understudy_proxy_refused_total", "counter", "503 because the queue was full or the wait too long.", p => p.Refused);
        Each(page, report, "understudy_proxy_lost_inside_total", "counter", "502 because a worker died or was marked down with a request inside that may not be retried.", p => p.LostInside);
        Each(page, report, "understudy_proxy_timed_out_total", "counter", "504 because a worker took longer than the request timeout.", p => p.TimedOut);
        Each(page, report, "understudy_proxy_shed_total", "counter", "503 because memory runs out on the host.", p => p.Shed);

        EachWorker(page, report, "understudy_proxy_in_flight_requests", "gauge", "Requests inside a worker now, an older proxy's included.", w => w.InFlight);
        EachWorker(page, report, "understudy_proxy_streams", "gauge", "Upgraded connections and event streams at a worker now.", w => w.Streams);
        EachWorker(page, report, "understudy_proxy_worker_requests_total", "counter", "Requests handed to a worker.", w => w.Requests);
        EachWorker(page, report, "understudy_proxy_worker_failures_total", "counter", "Requests that a worker answered with 500 and above, or not at all.", w => w.Failures);
        EachWorker(page, report, "understudy_proxy_worker_up", "gauge", "1: the worker is given requests; 0: it is marked down.", w => w.DownSince is null ? 1 : 0);

        page.Family("understudy_proxy_hop_refused_total", "counter", "Connections to the listener for other hosts that showed no certificate of the fleet.").Sample(report.HopRefused);
        Each(page, report, "understudy_proxy_forwarded_total", "counter", "Requests of clients that were given to another host.", p => p.Forwarded);
        EachHost(page, report, "understudy_proxy_host_up", "gauge", "1: the other host is given requests; 0: it is marked down.", h => h.DownSince is null ? 1 : 0);
        EachHost(page, report, "understudy_proxy_host_in_flight_requests", "gauge", "Requests of this proxy inside another host now.", h => h.InFlight);
        EachHost(page, report, "understudy_proxy_host_requests_total", "counter", "Requests handed to another host.", h => h.Requests);
        EachHost(page, report, "understudy_proxy_host_failures_total", "counter", "Requests that another host gave no whole answer to.", h => h.Failures);
        return page.ToString();
    }

    static void EachHost(PrometheusText page, ProxyReport report, string name, string type, string help, Func<HostReport, double> value)
    {
        page.Family(name, type, help);
        foreach (var pool in report.Pools)
            foreach (var host in pool.Hosts.Where(h => h.Routed))
                page.Sample(value(host), ("app", pool.App), ("pool", pool.Pool), ("host", host.Name));
    }

    static void Each(PrometheusText page, ProxyReport report, string name, string type, string help, Func<PoolReport, double> value)
    {
        page.Family(name, type, help);
        foreach (var pool in report.Pools) page.Sample(value(pool), ("app", pool.App), ("pool", pool.Pool));
    }

    /// <summary>Workers that are routed: one that was replaced leaves the page, though its last request may still run.</summary>
    static void EachWorker(PrometheusText page, ProxyReport report, string name, string type, string help, Func<WorkerReport, double> value)
    {
        page.Family(name, type, help);
        foreach (var pool in report.Pools)
            foreach (var worker in pool.Workers.Where(w => w.Routed))
                page.Sample(value(worker), ("app", pool.App), ("pool", pool.Pool), ("worker", worker.Id));
    }
}
