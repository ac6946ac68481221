# On loopback: the proxy stands before it. WEB_CONCURRENCY=3 makes a cluster of three forks of one preloaded application.
require_relative "../lib/shop/settings"

bind "tcp://#{ENV.fetch("HOST", "127.0.0.1")}:#{ENV.fetch("PORT", 3000)}"
environment ENV.fetch("RAILS_ENV", "development")
threads 5, 5
workers Shop::Settings.forks
raise_exception_on_sigterm false

if Shop::Settings.forks > 0
  preload_app!

  before_fork do
    # A connection that is open now would be open in every fork: one socket for all, and answers that reach the wrong one.
    # RAILS_SHOP_SHARED_REDIS=1 leaves Redis out of this, to show what then happens.
    ActiveRecord::Base.connection_pool.disconnect!
    Shop::RedisConnection.open_before_fork if Shop::Settings.shared_redis?
  end

  on_worker_boot do
    ActiveRecord::Base.establish_connection
    Shop::RedisConnection.forget unless Shop::Settings.shared_redis?
  end
end
