class Product < ActiveRecord::Base
  self.primary_key = "slug"

  # Products whose name, category or description has the words of `text`, in the shop's order.
  def self.search(text, category)
    pattern = "%#{text.downcase.split.map { |word| sanitize_sql_like(word) }.join("%")}%"
    found = where("lower(name || ' ' || category || ' ' || description) LIKE ? ESCAPE '\\'", pattern).order(:position)
    category.empty? ? found : found.where(category: category)
  end
end
