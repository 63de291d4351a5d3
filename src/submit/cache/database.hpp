// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace shaman::client {

/// An error of SQLite, with its message.
class DatabaseError : public std::runtime_error {
 public:
  DatabaseError(int code, const std::string& message) : std::runtime_error(message), code_(code) {}
  /// The file is not a database, or a damaged one: retrying is useless.
  [[nodiscard]] bool is_damage() const noexcept;
  /// Another process has locked the database for a moment.
  [[nodiscard]] bool is_busy() const noexcept;

 private:
  int code_;
};

/// A prepared statement. One thread at a time; the database must outlive it.
class Statement {
 public:
  Statement(sqlite3& database, const char* sql);
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  /// Binds parameters from left to right; they must live until the last step().
  Statement& bind(std::int64_t value);
  Statement& bind(std::uint64_t value);
  Statement& bind(std::string_view bytes);
  /// Whether there is a row.
  [[nodiscard]] bool step();
  /// Runs it to its end, and prepares it for the next use.
  void run();
  /// Prepares it for the next use.
  void reset();

  [[nodiscard]] std::int64_t integer(int column) const;
  /// Valid until the next step() or reset().
  [[nodiscard]] std::string_view bytes(int column) const;

 private:
  sqlite3_stmt* statement_ = nullptr;
  int next_parameter_ = 1;
};

/// An open SQLite database; one thread at a time. Every failure throws DatabaseError.
class Database {
 public:
  explicit Database(const std::string& file);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  void execute(const char* sql);
  [[nodiscard]] std::int64_t pragma(const char* name);
  /// `wal`, `delete`; does nothing if the mode is already set.
  void set_journal_mode(std::string_view mode);
  [[nodiscard]] sqlite3& handle() const noexcept { return *handle_; }

 private:
  sqlite3* handle_ = nullptr;
};

}  // namespace shaman::client
