class CatalogueController < ApplicationController
  LONGEST_SEARCH = 60

  def index
    variant
    @search = params[:q].to_s.strip[0, LONGEST_SEARCH]
    @category = Shop::FirstStock::CATEGORIES.include?(params[:category]) ? params[:category] : ""
    @grid = fragment("grid|#{@category}|#{@search}") do
      render_to_string(partial: "grid", locals: {products: Product.search(@search, @category)})
    end
  end

  def show
    chosen = variant
    @title = params[:slug].tr("-", " ")
    @product = fragment("product|#{chosen}|#{params[:slug]}") do
      product = Product.find_by(slug: params[:slug])
      product ? render_to_string(partial: "product", locals: {product: product, variant: chosen}) : ""
    end
    not_found if @product.empty?
  end
end
