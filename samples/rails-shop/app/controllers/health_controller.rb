class HealthController < ApplicationController
  skip_before_action :ready_tables

  # Only what the shop cannot sell without: it does without memcached and Redis.
  def up
    database[:state] == "ok" ? render(plain: "ok\n") : render(plain: "The database does not answer.\n", status: :service_unavailable)
  end

  def details
    render json: {worker: Process.pid, parent: Process.ppid, database: database, cache: cache, redis: Shop::RedisConnection.state,
                  framework: "Rails #{Rails.version}, Ruby #{RUBY_VERSION}, Puma #{Puma::Const::VERSION}"}
  end

  def experiment
    result = Shop::Experiment.result
    result ? render(json: result) : head(:not_found)
  end

  # What Redis remembers of a visitor: himself, unless the socket that asked is shared and the answer was meant for someone else.
  def visitor
    id = params[:id].to_s[0, 40]
    answered = Shop::RedisConnection.use do |redis|
      redis.setex("shop:visitor:#{id}", 60, id)
      redis.get("shop:visitor:#{id}")
    end
    render json: {worker: Process.pid, asked: id, answered: answered}
  end

  private

  def database
    Tables.ready
    Product.exists?
    {kind: ActiveRecord::Base.connection.adapter_name.downcase, state: "ok"}
  rescue ActiveRecord::ActiveRecordError => error
    {kind: ActiveRecord::Base.connection_db_config.adapter, state: "failed", detail: error.message}
  end

  def cache
    servers = Shop::Settings.memcache_servers
    return {kind: "memcached", state: "off", detail: "MEMCACHE_SERVERS is not set: fragments are rendered for each request."} if servers.empty?

    silent = Rails.cache.stats.select { |_, figures| figures.nil? }.keys
    detail = "#{servers.size - silent.size} of #{servers.size} servers answer#{"; silent: #{silent.join(", ")}" if silent.any?}"
    {kind: "memcached", state: silent.empty? ? "ok" : "failed", detail: detail}
  end
end
