module Shop
  # Does "Take it home" on the button sell more than "Add to cart"? Counted in Redis.
  module Experiment
    NAME = "buy-button".freeze
    KEY = "shop:experiment:#{NAME}".freeze
    VARIANTS = %w[a b].freeze

    module_function

    def assign
      VARIANTS.sample.tap { |variant| count("assigned", variant) }
    end

    def converted(variant)
      count("converted", variant) if VARIANTS.include?(variant)
    end

    def result
      counts = RedisConnection.use { |redis| redis.hgetall(KEY) } or return
      of = ->(what) { VARIANTS.to_h { |variant| [variant, counts["#{what}:#{variant}"].to_i] } }
      {name: NAME, assigned: of["assigned"], converted: of["converted"]}
    end

    def count(what, variant)
      RedisConnection.use { |redis| redis.hincrby(KEY, "#{what}:#{variant}", 1) }
    end
    private_class_method :count
  end
end
