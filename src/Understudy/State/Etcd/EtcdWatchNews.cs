using Understudy.State.Etcd.Wire;

namespace Understudy.State.Etcd;

/// <summary>What came over one stream of a watch.</summary>
/// <param name="Answer">Null: the stream is over.</param>
readonly record struct EtcdWatchNews(EtcdWatchStream Stream, WatchResponse? Answer);
