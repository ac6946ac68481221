# What a visitor has chosen, kept in the cookie `cart` alone: `gauze~2.skull~1`. A cookie that is not a cart reads as an empty one.
class Cart
  MOST_OF_ONE = 99
  MOST_PRODUCTS = 30

  attr_reader :quantities

  def initialize(text)
    @quantities = {}
    text.to_s.split(".").each do |entry|
      slug, quantity = entry.split("~")
      set(slug, quantity.to_i) if slug
    end
  end

  def add(slug, quantity)
    set(slug, @quantities.fetch(slug, 0) + quantity.clamp(0, MOST_OF_ONE))
  end

  def set(slug, quantity)
    if quantity <= 0
      @quantities.delete(slug)
    elsif @quantities.size < MOST_PRODUCTS || @quantities.key?(slug)
      @quantities[slug] = [quantity, MOST_OF_ONE].min
    end
  end

  def pieces
    @quantities.values.sum
  end

  def to_s
    @quantities.map { |slug, quantity| "#{slug}~#{quantity}" }.join(".")
  end
end
