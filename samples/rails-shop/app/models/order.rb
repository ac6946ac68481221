class Order < ActiveRecord::Base
  TOKEN = /\A[A-Za-z0-9_-]{8,64}\z/.freeze

  has_many :lines, -> { order(:name) }, class_name: "OrderLine"

  # Writes the order and its lines, all or nothing, unless this token's order is there already. True: it was written now.
  def self.place(token, customer, lines)
    total = lines.sum { |line| line.price_cents * line.quantity }
    transaction do
      head = connection.exec_query(sanitize_sql([<<~SQL, token, customer[:name], customer[:email], customer[:address], total, Time.now.utc.iso8601(3)])).first
        INSERT INTO orders (token, attempts, name, email, address, total_cents, placed_at) VALUES (?, 1, ?, ?, ?, ?, ?)
        ON CONFLICT (token) DO UPDATE SET attempts = orders.attempts + 1
        RETURNING id, attempts
      SQL
      first = head["attempts"] == 1
      lines.each { |line| OrderLine.create!(line.attributes.merge("order_id" => head["id"])) } if first
      first
    end
  end
end
