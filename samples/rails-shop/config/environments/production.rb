abort "rails-shop: RAILS_ENV is production, and SECRET_KEY_BASE is not set. Make one with: openssl rand -hex 64" if ENV["SECRET_KEY_BASE"].to_s.empty?

Rails.application.configure do
  config.cache_classes = true
  config.eager_load = true
  config.consider_all_requests_local = false
end
