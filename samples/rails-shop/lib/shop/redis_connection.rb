require "redis"

module Shop
  # This process's connection to Redis, opened at its first use. The shop sells without it.
  module RedisConnection
    LOCK = Mutex.new

    module_function

    # Yields the connection; nil without REDIS_URL, or while Redis does not answer.
    def use
      return if Settings.redis_url.nil?

      yield connection
    rescue Redis::BaseConnectionError
      nil
    end

    def state
      return {kind: "redis", state: "off", detail: "REDIS_URL is not set: the experiment is not counted."} if Settings.redis_url.nil?
      return {kind: "redis", state: "failed", detail: "Redis does not answer: the experiment is not counted."} if use(&:ping).nil?

      {kind: "redis", state: "ok"}
    end

    def forget
      @connection = nil
    end

    # The bug: inherit_socket switches off redis-rb's own guard against using a parent's socket.
    def open_before_fork
      @connection = Redis.new(**options, inherit_socket: true)
      @connection.ping
    end

    def connection
      @connection || LOCK.synchronize { @connection ||= Redis.new(**options) }
    end

    def options
      {url: Settings.redis_url, timeout: 1, reconnect_attempts: 1}
    end
    private_class_method :options
  end
end
