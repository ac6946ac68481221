module ApplicationHelper
  def asset(name)
    Shop::Assets.url(name)
  end

  def euro(cents)
    format("€ %d.%02d", *cents.divmod(100))
  end

  # The same colour for a product on every worker.
  def hue(slug)
    slug.each_byte.inject(7) { |hue, byte| (hue * 31 + byte) % 360 }
  end

  def picture(product)
    image = tag.img(src: asset("#{product.category.downcase}.svg"), alt: "", loading: "lazy")
    tag.div(image, class: "picture", style: "--hue: #{hue(product.slug)}")
  end
end
