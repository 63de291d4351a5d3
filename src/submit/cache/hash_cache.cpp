// SPDX-License-Identifier: GPL-3.0-or-later
#include "submit/cache/hash_cache.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <mutex>
#include <numeric>
#include <thread>
#include <utility>

#include "shaman/text.hpp"

#include "submit/cache/database.hpp"

namespace shaman::client {
namespace {

constexpr std::int64_t kSchemaVersion = 1;
constexpr std::int64_t kNanosecondsADay = 86'400'000'000'000;
constexpr std::int64_t kRacyNanoseconds = 2'000'000'000;
constexpr std::int64_t kDaysKept = 100;
// Another submission locks the database for milliseconds.
constexpr std::chrono::seconds kOpenWithin{3};
constexpr std::chrono::milliseconds kOpenAgainAfter{25};
// So that runs that find all files in the cache do not write on most days.
constexpr std::int64_t kDaysBetweenTouches = 7;

constexpr const char* kDropEverything =
    "DROP TABLE IF EXISTS digests; DROP TABLE IF EXISTS rewrites; DROP TABLE IF EXISTS scans;"
    "DROP TABLE IF EXISTS pruned; DROP TABLE IF EXISTS pieces;";

#define SHAMAN_STATE_COLUMNS "device INT, inode INT, size INT, mtime INT, ctime INT"
#define SHAMAN_SAME_STATE "path=? AND device=? AND inode=? AND size=? AND mtime=? AND ctime=?"

constexpr const char* kCreate = "CREATE TABLE digests(path BLOB PRIMARY KEY, " SHAMAN_STATE_COLUMNS
                                ", digest BLOB, used INT) WITHOUT ROWID;"
                                "CREATE TABLE rewrites(path BLOB, " SHAMAN_STATE_COLUMNS
                                ", recipe BLOB, digest BLOB, rewritten_size INT, used INT,"
                                " PRIMARY KEY(path, recipe)) WITHOUT ROWID;"
                                "CREATE TABLE scans(path BLOB, " SHAMAN_STATE_COLUMNS
                                ", what BLOB, value BLOB, used INT, PRIMARY KEY(path, what));"
                                "CREATE TABLE pruned(day INT); INSERT INTO pruned VALUES(0);"
                                "PRAGMA user_version=1;";

// Newer than the others, and so not part of the version: nothing else is lost.
constexpr const char* kCreatePieces =
    "CREATE TABLE IF NOT EXISTS pieces(path BLOB, digest BLOB, size INT, list BLOB, stored INT,"
    " used INT, PRIMARY KEY(path, digest))";

std::string_view bytes_of(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.bytes().data()), Digest::kBytes};
}

std::optional<Digest> digest_of(std::string_view bytes) {
  std::array<std::uint8_t, Digest::kBytes> raw;
  if (bytes.size() != raw.size()) return std::nullopt;
  std::memcpy(raw.data(), bytes.data(), raw.size());
  return Digest(raw);
}

Statement& bind_state(Statement& statement, const FileState& file) {
  return statement.bind(file.path)
      .bind(file.info.identity.device)
      .bind(file.info.identity.file)
      .bind(file.info.size)
      .bind(file.info.mtime_ns)
      .bind(file.info.ctime_ns);
}

bool is_settled(const os::FileInfo& info, std::int64_t read_at_ns) {
  return std::max(info.mtime_ns, info.ctime_ns) <= read_at_ns - kRacyNanoseconds;
}

std::int64_t today() {
  return os::now_ns() / kNanosecondsADay;
}

// A database with tables of this version, and all statements for them.
struct Tables {
  Database database;
  Statement find_digest;
  Statement find_rewrite;
  Statement find_scan;
  Statement put_digest;
  Statement put_rewrite;
  Statement put_scan;
  Statement find_pieces;
  Statement find_earlier;
  Statement drop_unsent_pieces;
  Statement put_pieces;
  Statement mark_stored;
  Statement drop_earlier;
  Statement touch_digest;
  Statement touch_rewrite;
  Statement touch_scan;

  Tables(const std::string& file, bool on_network)
      : database(file),
        find_digest(prepared(on_network),
                    "SELECT digest, used FROM digests WHERE " SHAMAN_SAME_STATE),
        find_rewrite(database.handle(),
                     "SELECT digest, rewritten_size, used FROM rewrites WHERE " SHAMAN_SAME_STATE
                     " AND recipe=?"),
        find_scan(database.handle(),
                  "SELECT value, used FROM scans WHERE " SHAMAN_SAME_STATE " AND what=?"),
        put_digest(database.handle(), "INSERT OR REPLACE INTO digests VALUES(?,?,?,?,?,?,?,?)"),
        put_rewrite(database.handle(),
                    "INSERT OR REPLACE INTO rewrites VALUES(?,?,?,?,?,?,?,?,?,?)"),
        put_scan(database.handle(), "INSERT OR REPLACE INTO scans VALUES(?,?,?,?,?,?,?,?,?)"),
        find_pieces(database.handle(), "SELECT list FROM pieces WHERE path=? AND digest=?"),
        find_earlier(database.handle(),
                     "SELECT digest, size, list FROM pieces WHERE path=? AND digest<>? AND stored=1"
                     " ORDER BY used DESC LIMIT 1"),
        drop_unsent_pieces(database.handle(),
                           "DELETE FROM pieces WHERE path=? AND digest<>? AND stored=0"),
        put_pieces(database.handle(), "INSERT OR IGNORE INTO pieces VALUES(?,?,?,?,0,?)"),
        mark_stored(database.handle(),
                    "UPDATE pieces SET stored=1, used=? WHERE path=? AND digest=?"),
        drop_earlier(database.handle(),
                     "DELETE FROM pieces WHERE path=?1 AND digest<>?2 AND"
                     " EXISTS(SELECT 1 FROM pieces WHERE path=?1 AND digest=?2)"),
        touch_digest(database.handle(), "UPDATE digests SET used=? WHERE path=?"),
        touch_rewrite(database.handle(), "UPDATE rewrites SET used=? WHERE path=? AND recipe=?"),
        touch_scan(database.handle(), "UPDATE scans SET used=? WHERE path=? AND what=?") {}

  void prune() {
    const std::int64_t day = today();
    Statement last(database.handle(), "SELECT day FROM pruned");
    if (last.step() && last.integer(0) == day) return;
    last.reset();
    for (const char* const sql :
         {"DELETE FROM digests WHERE used<?", "DELETE FROM rewrites WHERE used<?",
          "DELETE FROM scans WHERE used<?", "DELETE FROM pieces WHERE used<?"})
      Statement(database.handle(), sql).bind(day - kDaysKept).run();
    Statement(database.handle(), "UPDATE pruned SET day=?").bind(day).run();
  }

 private:
  sqlite3& prepared(bool on_network) {
    // WAL needs memory that all its users share, which a network drive cannot provide
    // (https://www.sqlite.org/wal.html).
    database.set_journal_mode(on_network ? "delete" : "wal");
    database.execute("PRAGMA synchronous=NORMAL");
    if (database.pragma("user_version") != kSchemaVersion) {
      // Two processes may do this at once: the second finds the first one's tables.
      database.execute("BEGIN IMMEDIATE");
      if (database.pragma("user_version") != kSchemaVersion) {
        database.execute(kDropEverything);
        database.execute(kCreate);
      }
      database.execute("COMMIT");
    }
    database.execute(kCreatePieces);
    return database.handle();
  }
};

}  // namespace

struct HashCache::Impl {
  std::mutex mutex;
  std::string file;
  Warn warn;
  bool has_warned = false;
  bool on_network = false;
  std::unique_ptr<Tables> tables;  // none: nothing is remembered
  std::vector<std::function<void(Tables&)>> pending;

  void tell(const std::string& message) {
    if (!std::exchange(has_warned, true) && warn) warn(message);
  }

  // Switching a database to WAL, and back when its last user closes it, takes locks that SQLite
  // does not wait for, whatever its time-out (https://www.sqlite.org/wal.html, "Sometimes Queries
  // Return SQLITE_BUSY In WAL Mode").
  void open() {
    const auto until = std::chrono::steady_clock::now() + kOpenWithin;
    for (;;) {
      try {
        tables = std::make_unique<Tables>(file, on_network);
        return;
      } catch (const DatabaseError& error) {
        if (!error.is_busy() || std::chrono::steady_clock::now() >= until) return handle(error);
      }
      std::this_thread::sleep_for(kOpenAgainAfter);
    }
  }

  void handle(const DatabaseError& error) {
    const bool is_first = tables != nullptr || !has_warned;
    tables.reset();
    pending.clear();
    if (error.is_damage() && is_first && set_aside()) {
      tell("the digest cache \"" + text::printable(file) + "\" was damaged (" + error.what() +
           "); it was set aside, and a new one was started");
      open();
    } else {
      tell("the digest cache \"" + text::printable(file) + "\" cannot be used (" + error.what() +
           "), so every file is read");
    }
  }

  bool set_aside() {
    // Otherwise these files would be taken for a part of the next database.
    for (const char* const beside : {"-wal", "-shm", "-journal"})
      static_cast<void>(os::remove_file(file + beside));
    return os::rename_file(file, file + ".damaged").has_value();
  }

  template <class Body>
  void with_tables(const Body& body) {
    const std::scoped_lock lock(mutex);
    if (!tables) return;
    try {
      body(*tables);
    } catch (const DatabaseError& error) {
      handle(error);
    }
  }

  void keep(std::function<void(Tables&)> write) {
    const std::scoped_lock lock(mutex);
    if (tables) pending.push_back(std::move(write));
  }
};

HashCache::HashCache(const std::string& folder, Warn warn) : impl_(std::make_unique<Impl>()) {
  if (folder.empty()) return;
  impl_->file = os::join(folder, "files.sqlite3");
  impl_->warn = std::move(warn);
  if (const result<void> made = os::create_folders(folder); !made) {
    impl_->tell("no digest cache, so every file is read: " + made.error().message());
    return;
  }
  // On a file system without locks, SQLite believes that all locks are taken, and waits.
  if (const result<void> locks = os::check_locks(folder); !locks) {
    impl_->tell("no digest cache, so every file is read: " + locks.error().message() +
                ". Set XDG_CACHE_HOME to a folder on a local disk that you can write to");
    return;
  }
  impl_->on_network = os::is_on_network(folder);
  impl_->open();
}

HashCache::~HashCache() = default;

std::vector<std::optional<Digest>> HashCache::find_digests(std::span<const FileState> files) {
  std::vector<std::optional<Digest>> found(files.size());
  // In the order of the table, so that each of its pages is visited once.
  std::vector<std::size_t> order(files.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) -> const std::string& { return files[i].path; });

  impl_->with_tables([&](Tables& tables) {
    const std::int64_t day = today();
    tables.database.execute("BEGIN");  // one snapshot, instead of one lock per look-up
    for (const std::size_t i : order) {
      if (bind_state(tables.find_digest, files[i]).step()) {
        found[i] = digest_of(tables.find_digest.bytes(0));
        if (tables.find_digest.integer(1) < day - kDaysBetweenTouches)
          impl_->pending.emplace_back([day, path = files[i].path](Tables& to) {
            to.touch_digest.bind(day).bind(path).run();
          });
      }
      tables.find_digest.reset();
    }
    tables.database.execute("COMMIT");
  });
  return found;
}

std::optional<BlobId> HashCache::find_rewritten(const FileState& blend, const Digest& recipe) {
  std::optional<BlobId> found;
  impl_->with_tables([&](Tables& tables) {
    const std::int64_t day = today();
    if (bind_state(tables.find_rewrite, blend).bind(bytes_of(recipe)).step()) {
      if (const std::optional<Digest> digest = digest_of(tables.find_rewrite.bytes(0)))
        found = BlobId{*digest, static_cast<std::uint64_t>(tables.find_rewrite.integer(1))};
      if (tables.find_rewrite.integer(2) < day - kDaysBetweenTouches)
        impl_->pending.emplace_back([day, path = blend.path, recipe](Tables& to) {
          to.touch_rewrite.bind(day).bind(path).bind(bytes_of(recipe)).run();
        });
    }
    tables.find_rewrite.reset();
  });
  return found;
}

std::string HashCache::find_scan(const FileState& blend, std::string_view what) {
  std::string found;
  impl_->with_tables([&](Tables& tables) {
    const std::int64_t day = today();
    if (bind_state(tables.find_scan, blend).bind(what).step()) {
      found = tables.find_scan.bytes(0);
      if (tables.find_scan.integer(1) < day - kDaysBetweenTouches)
        impl_->pending.emplace_back(
            [day, path = blend.path, asked = std::string(what)](Tables& to) {
              to.touch_scan.bind(day).bind(path).bind(asked).run();
            });
    }
    tables.find_scan.reset();
  });
  return found;
}

void HashCache::keep_digest(const FileState& file, std::int64_t read_at_ns, const Digest& digest) {
  if (!is_settled(file.info, read_at_ns)) return;
  impl_->keep([=](Tables& to) {
    bind_state(to.put_digest, file).bind(bytes_of(digest)).bind(today()).run();
  });
}

void HashCache::keep_rewritten(const FileState& blend, std::int64_t read_at_ns,
                               const Digest& recipe, const BlobId& rewritten) {
  if (!is_settled(blend.info, read_at_ns)) return;
  impl_->keep([=](Tables& to) {
    bind_state(to.put_rewrite, blend)
        .bind(bytes_of(recipe))
        .bind(bytes_of(rewritten.digest))
        .bind(rewritten.size)
        .bind(today())
        .run();
  });
}

void HashCache::keep_scan(const FileState& blend, std::int64_t read_at_ns, std::string_view what,
                          std::string_view value) {
  if (!is_settled(blend.info, read_at_ns)) return;
  impl_->keep([blend, asked = std::string(what), kept = std::string(value)](Tables& to) {
    bind_state(to.put_scan, blend).bind(asked).bind(kept).bind(today()).run();
  });
}

void HashCache::keep_pieces(const std::string& path, const BlobId& blob, const CutPieces& pieces) {
  impl_->keep([path, blob, list = encode_pieces(pieces)](Tables& to) {
    to.drop_unsent_pieces.bind(path).bind(bytes_of(blob.digest)).run();
    to.put_pieces.bind(path)
        .bind(bytes_of(blob.digest))
        .bind(blob.size)
        .bind(list)
        .bind(today())
        .run();
  });
}

void HashCache::keep_stored(const std::string& path, const BlobId& blob) {
  impl_->keep([path, blob](Tables& to) {
    to.mark_stored.bind(today()).bind(path).bind(bytes_of(blob.digest)).run();
    to.drop_earlier.bind(path).bind(bytes_of(blob.digest)).run();
  });
}

std::optional<CutPieces> HashCache::find_pieces(const std::string& path, const BlobId& blob) {
  std::optional<CutPieces> found;
  impl_->with_tables([&](Tables& tables) {
    if (tables.find_pieces.bind(path).bind(bytes_of(blob.digest)).step())
      found = decode_pieces(tables.find_pieces.bytes(0));
    tables.find_pieces.reset();
  });
  return found;
}

std::optional<EarlierVersion> HashCache::find_earlier(const std::string& path, const BlobId& blob) {
  std::optional<EarlierVersion> found;
  impl_->with_tables([&](Tables& tables) {
    Statement& find = tables.find_earlier;
    if (find.bind(path).bind(bytes_of(blob.digest)).step()) {
      const std::optional<Digest> digest = digest_of(find.bytes(0));
      std::optional<CutPieces> pieces = decode_pieces(find.bytes(2));
      if (digest && pieces)
        found = EarlierVersion{{*digest, static_cast<std::uint64_t>(find.integer(1))},
                               *std::move(pieces)};
    }
    find.reset();
  });
  return found;
}

void HashCache::flush() {
  impl_->with_tables([&](Tables& tables) {
    const std::vector<std::function<void(Tables&)>> pending = std::exchange(impl_->pending, {});
    if (pending.empty()) return;
    tables.database.execute("BEGIN IMMEDIATE");
    for (const std::function<void(Tables&)>& write : pending)
      write(tables);
    tables.prune();
    tables.database.execute("COMMIT");
  });
}

}  // namespace shaman::client
