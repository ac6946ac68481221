# Nothing is reloaded here either: a pool's workers are measured, killed and replaced, and that wants the real thing.
Rails.application.configure do
  config.cache_classes = true
  config.eager_load = true
  config.consider_all_requests_local = false
end
