require "fileutils"

namespace :assets do
  desc "Writes the assets under their digest names into public/assets; those of earlier builds stay"
  task precompile: :environment do
    FileUtils.mkdir_p("public/assets")
    Shop::Assets::CONTENT.each { |name, content| File.binwrite("public/assets/#{name}", content) }
  end
end

Rake::Task["db:migrate"].clear if Rake::Task.task_defined?("db:migrate")
namespace :db do
  desc "Makes and fills the tables; does nothing if they are there"
  task migrate: :environment do
    Shop::Schema.prepare
  end
end
