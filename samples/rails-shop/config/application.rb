# Debian's gems, without Bundler: only the parts of Rails that the shop uses, for each costs start-up time and memory.
require "logger"
require "rails"
require "active_record/railtie"
require "action_controller/railtie"
require "action_view/railtie"
require_relative "../lib/shop/settings"

module Shop
  class Application < Rails::Application
    config.load_defaults 6.1
    config.autoload_paths << root.join("lib")
    config.eager_load_paths << root.join("lib")

    # Logs belong to whoever started the worker; the checkout may be read-only.
    config.logger = ActiveSupport::TaggedLogging.new(ActiveSupport::Logger.new($stdout))
    config.log_level = ENV.fetch("RAILS_LOG_LEVEL", "warn").to_sym

    config.hosts.clear
    config.session_store :disabled
    config.action_dispatch.cookies_same_site_protection = :lax
    config.public_file_server.enabled = true
    config.public_file_server.headers = {"Cache-Control" => "public, max-age=31536000, immutable"}
    config.exceptions_app = routes

    config.action_controller.perform_caching = true
    config.cache_store = Settings.cache_store
    config.secret_key_base = Settings.secret_key_base(root) unless Rails.env.production?
  end
end
