class CartController < ApplicationController
  def show
    @lines = OrderLine.for_cart(cart.quantities)
  end

  def add
    change { |slug, quantity| cart.add(slug, quantity) }
  end

  def set
    change { |slug, quantity| cart.set(slug, quantity) }
  end

  private

  def change
    quantity = Integer(params[:quantity].presence || 1, exception: false)
    return render("errors/show", status: :bad_request) if quantity.nil? || !Product.exists?(slug: params[:product].to_s)

    yield params[:product].to_s, quantity
    cookies[:cart] = {value: cart.to_s, expires: 14.days, httponly: true}
    redirect_to "/cart", status: :see_other
  end
end
