require "fileutils"
require "securerandom"

module Shop
  # What the environment tells a worker. README.md lists the variables.
  module Settings
    module_function

    def memcache_servers
      ENV.fetch("MEMCACHE_SERVERS", "").split(/[,\s]+/).reject(&:empty?)
    end

    def redis_url
      ENV["REDIS_URL"] unless ENV["REDIS_URL"].to_s.empty?
    end

    # The founding bug, on purpose: Redis is connected before the fork, and the forks talk on that one socket.
    def shared_redis?
      ENV["RAILS_SHOP_SHARED_REDIS"] == "1" && !redis_url.nil?
    end

    # Puma's forks. 0: one process.
    def forks
      Integer(ENV.fetch("WEB_CONCURRENCY", shared_redis? ? 4 : 0))
    end

    # Dalli's defaults make a page wait up to two seconds for a server that is gone.
    def cache_store
      return :null_store if memcache_servers.empty?

      [:mem_cache_store, *memcache_servers,
       {expires_in: 60, namespace: "rails-shop", socket_timeout: 0.3, socket_max_failures: 1, down_retry_delay: 5}]
    end

    def pause(name)
      milliseconds = ENV.fetch(name, "0").to_f
      sleep(milliseconds / 1000) if milliseconds > 0
    end

    # Outside production a secret is made up once and shared by all workers through tmp/; where tmp/ cannot be written, each has its own.
    def secret_key_base(root)
      return ENV["SECRET_KEY_BASE"] unless ENV["SECRET_KEY_BASE"].to_s.empty?

      file = File.join(root, "tmp", "development_secret")
      mine = "#{file}.#{Process.pid}"
      FileUtils.mkdir_p(File.dirname(file))
      File.write(mine, SecureRandom.hex(64), perm: 0o600)
      begin
        File.link(mine, file)
      rescue Errno::EEXIST
        # Another worker was first.
      ensure
        File.delete(mine)
      end
      File.read(file)
    rescue SystemCallError
      SecureRandom.hex(64)
    end
  end
end
