require "active_record/connection_adapters/sqlite3_adapter"

# SQLite's own busy_timeout sleeps with Ruby's global lock held: the thread that has the write lock then cannot run to give it back,
# and both stand still for the whole timeout. Sleeping in Ruby lets it go on.
module SqliteWaiting
  PAUSE = 0.002
  LONGEST = 10

  private

  def configure_connection
    super
    @connection.busy_handler do |count|
      sleep PAUSE
      count * PAUSE < LONGEST
    end
  end
end

ActiveRecord::ConnectionAdapters::SQLite3Adapter.prepend(SqliteWaiting)
