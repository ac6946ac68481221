class CheckoutController < ApplicationController
  LONGEST_FIELD = 300

  def new
    @lines = OrderLine.for_cart(cart.quantities)
    return redirect_to("/cart", status: :see_other) if @lines.empty?

    @token = SecureRandom.hex(16)
    @customer = {}
  end

  def create
    @token = field(:token)
    return redirect_to("/checkout", status: :see_other) unless Order::TOKEN.match?(@token)

    @lines = OrderLine.for_cart(cart.quantities)
    return redirect_to(Order.exists?(token: @token) ? order_path(@token) : "/cart", status: :see_other) if @lines.empty?

    @customer = {name: field(:name), email: field(:email), address: field(:address)}
    return render(:new, status: :unprocessable_entity) if (@complaint = complaint)

    place
  end

  def show
    @order = Order.find_by(token: params[:token]) or not_found
  end

  def index
    lines = OrderLine.group(:order_id).count
    orders = Order.order(:id).map do |order|
      {number: order.id, token: order.token, attempts: order.attempts, lines: lines.fetch(order.id, 0), totalCents: order.total_cents}
    end
    render json: {count: orders.size, tokens: orders.pluck(:token), orders: orders}
  end

  private

  def place
    Shop::Settings.pause("SHOP_PAYMENT_MS")
    first = Order.place(@token, @customer, @lines)
    Shop::Settings.pause("SHOP_RECEIPT_MS")
    Shop::Experiment.converted(cookies[:variant]) if first
    cookies.delete(:cart)
    redirect_to order_path(@token), status: :see_other
  end

  def field(name)
    text = params[name].to_s.strip
    text.length <= LONGEST_FIELD ? text : ""
  end

  def complaint
    return "Please tell us your name." if @customer[:name].empty?
    return "Please write an e-mail address with an @ in it." unless @customer[:email].include?("@")

    "Please tell us where to send it." if @customer[:address].empty?
  end
end
