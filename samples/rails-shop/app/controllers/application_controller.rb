class ApplicationController < ActionController::Base
  # There is no login that a foreign page could abuse: the cart's cookie stays home by SameSite, and each order has its form token.
  skip_forgery_protection

  helper_method :cart, :variant
  before_action :ready_tables
  after_action { response.headers.merge!("X-Worker" => Process.pid.to_s) }

  private

  def ready_tables
    Tables.ready
  end

  def cart
    @cart ||= Cart.new(cookies[:cart])
  end

  # The visitor's variant of the experiment. The first page assigns one.
  def variant
    known = cookies[:variant]
    return known if Shop::Experiment::VARIANTS.include?(known)

    Shop::Experiment.assign.tap { |chosen| cookies[:variant] = {value: chosen, expires: 90.days, httponly: true} }
  end

  # The rendered part of a page called `name`; X-Fragment-Cache says hit, miss or off.
  def fragment(name)
    response.headers["X-Fragment-Cache"] = Shop::Settings.memcache_servers.empty? ? "off" : "hit"
    Rails.cache.fetch([Shop::Assets.digest, name]) do
      response.headers["X-Fragment-Cache"] = "miss" unless Shop::Settings.memcache_servers.empty?
      yield
    end
  end

  def not_found
    render "errors/show", status: :not_found, formats: :html
  end
end
