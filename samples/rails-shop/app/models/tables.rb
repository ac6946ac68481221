# Whether this process has seen that the tables are there. Asked before each request, so that a database that comes late is no trouble.
module Tables
  LOCK = Mutex.new

  def self.ready
    return if @ready

    LOCK.synchronize do
      Shop::Schema.prepare unless @ready
      @ready = true
    end
  end
end
