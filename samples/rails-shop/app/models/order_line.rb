class OrderLine < ActiveRecord::Base
  self.primary_key = nil
  belongs_to :order

  # The cart's products at today's prices; what is no longer sold falls out.
  def self.for_cart(quantities)
    products = Product.where(slug: quantities.keys).index_by(&:slug)
    quantities.filter_map do |slug, quantity|
      product = products[slug] or next
      new(slug: slug, name: product.name, quantity: quantity, price_cents: product.price_cents)
    end
  end
end
