require "digest"

module Shop
  # The style sheet and pictures under names that carry their digest. `bin/rails assets:precompile` writes the same names into public/assets.
  class Assets
    SOURCES = Dir[File.expand_path("../../app/assets/*", __dir__)].sort.freeze
    DIGEST_NAMES = SOURCES.to_h do |file|
      extension = File.extname(file)
      [File.basename(file), "#{File.basename(file, extension)}-#{Digest::SHA256.file(file).hexdigest[0, 16]}#{extension}"]
    end.freeze
    CONTENT = SOURCES.to_h { |file| [DIGEST_NAMES[File.basename(file)], File.binread(file)] }.freeze
    TYPES = {".css" => "text/css; charset=utf-8", ".svg" => "image/svg+xml"}.freeze

    def self.url(name)
      "/assets/#{DIGEST_NAMES.fetch(name)}"
    end

    # Changes whenever an asset does; part of each cached fragment's key.
    def self.digest
      @digest ||= Digest::SHA256.hexdigest(DIGEST_NAMES.values.join)[0, 16]
    end

    def call(environment)
      name = environment["PATH_INFO"].delete_prefix("/")
      content = CONTENT[name] or return [404, {"Content-Type" => "text/plain"}, ["No such asset.\n"]]
      [200, {"Content-Type" => TYPES.fetch(File.extname(name)), "Cache-Control" => "public, max-age=31536000, immutable"}, [content]]
    end
  end
end
