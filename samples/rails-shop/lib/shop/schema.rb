module Shop
  # Makes and fills the tables. Workers start at the same moment, so each step bears being done by several at once.
  module Schema
    ADVISORY_LOCK = 0x5409

    module_function

    def prepare
      connection = ActiveRecord::Base.connection
      if connection.adapter_name == "SQLite"
        switch_to_write_ahead_log(connection)
        # IMMEDIATE takes the write lock first, so that two workers cannot both find the tables missing.
        connection.raw_connection.transaction(:immediate) { create(connection, "INTEGER PRIMARY KEY") }
      else
        connection.transaction do
          connection.execute("SELECT pg_advisory_xact_lock(#{ADVISORY_LOCK})")
          create(connection, "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY")
        end
      end
    end

    # This one statement does not wait for its lock, whatever the timeout says.
    def switch_to_write_ahead_log(connection, attempts: 100)
      connection.execute("PRAGMA journal_mode = WAL")
    rescue ActiveRecord::StatementInvalid => error
      raise unless error.cause.is_a?(SQLite3::BusyException) && (attempts -= 1) > 0

      sleep 0.02
      retry
    end

    def create(connection, identity)
      connection.execute(<<~SQL)
        CREATE TABLE IF NOT EXISTS products (
          slug TEXT PRIMARY KEY, position INTEGER NOT NULL, name TEXT NOT NULL, category TEXT NOT NULL,
          price_cents INTEGER NOT NULL, description TEXT NOT NULL)
      SQL
      connection.execute(<<~SQL)
        CREATE TABLE IF NOT EXISTS orders (
          id #{identity}, token TEXT NOT NULL UNIQUE, attempts INTEGER NOT NULL, name TEXT NOT NULL, email TEXT NOT NULL,
          address TEXT NOT NULL, total_cents BIGINT NOT NULL, placed_at TEXT NOT NULL)
      SQL
      connection.execute(<<~SQL)
        CREATE TABLE IF NOT EXISTS order_lines (
          order_id BIGINT NOT NULL REFERENCES orders (id), slug TEXT NOT NULL, name TEXT NOT NULL,
          quantity INTEGER NOT NULL, price_cents INTEGER NOT NULL, PRIMARY KEY (order_id, slug))
      SQL
      FirstStock::PRODUCTS.each.with_index(1) do |(slug, name, category, price, description), position|
        values = [slug, position, name, category, price, description].map { |value| connection.quote(value) }
        connection.execute(<<~SQL)
          INSERT INTO products (slug, position, name, category, price_cents, description) VALUES (#{values.join(", ")})
          ON CONFLICT (slug) DO NOTHING
        SQL
      end
    end
    private_class_method :switch_to_write_ahead_log, :create
  end
end
