// SPDX-License-Identifier: GPL-3.0-or-later
#include "submit/cache/database.hpp"

#include <sqlite3.h>

namespace shaman::client {
namespace {

// Another process locks the database for the few milliseconds of its transaction.
constexpr int kBusyMilliseconds = 3000;

void check(int code, sqlite3* database) {
  if (code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE) return;
  throw DatabaseError(code, database != nullptr ? sqlite3_errmsg(database) : sqlite3_errstr(code));
}

}  // namespace

bool DatabaseError::is_damage() const noexcept {
  const int primary = code_ & 0xFF;
  return primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB;
}

bool DatabaseError::is_busy() const noexcept {
  const int primary = code_ & 0xFF;
  return primary == SQLITE_BUSY || primary == SQLITE_LOCKED;
}

Statement::Statement(sqlite3& database, const char* sql) {
  check(sqlite3_prepare_v3(&database, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement_, nullptr),
        &database);
}

Statement::~Statement() {
  sqlite3_finalize(statement_);
}

Statement& Statement::bind(std::int64_t value) {
  check(sqlite3_bind_int64(statement_, next_parameter_++, value), sqlite3_db_handle(statement_));
  return *this;
}

Statement& Statement::bind(std::uint64_t value) {
  return bind(static_cast<std::int64_t>(value));  // SQLite has no unsigned ones
}

Statement& Statement::bind(std::string_view bytes) {
  // A null pointer would bind NULL, which equals nothing.
  const char* const data = bytes.data() != nullptr ? bytes.data() : "";
  check(sqlite3_bind_blob64(statement_, next_parameter_++, data, bytes.size(), SQLITE_STATIC),
        sqlite3_db_handle(statement_));
  return *this;
}

bool Statement::step() {
  const int code = sqlite3_step(statement_);
  check(code, sqlite3_db_handle(statement_));
  return code == SQLITE_ROW;
}

void Statement::run() {
  while (step()) {
  }
  reset();
}

void Statement::reset() {
  sqlite3_reset(statement_);
  next_parameter_ = 1;
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::string_view Statement::bytes(int column) const {
  const void* const data = sqlite3_column_blob(statement_, column);
  const int size = sqlite3_column_bytes(statement_, column);
  if (data == nullptr || size <= 0) return {};
  return {static_cast<const char*>(data), static_cast<std::size_t>(size)};
}

Database::Database(const std::string& file) {
  const int code =
      sqlite3_open_v2(file.c_str(), &handle_,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  if (code != SQLITE_OK) {
    const DatabaseError error(code,
                              handle_ != nullptr ? sqlite3_errmsg(handle_) : sqlite3_errstr(code));
    sqlite3_close(handle_);
    throw error;
  }
  sqlite3_busy_timeout(handle_, kBusyMilliseconds);
}

Database::~Database() {
  sqlite3_close(handle_);
}

void Database::execute(const char* sql) {
  check(sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr), handle_);
}

void Database::set_journal_mode(std::string_view mode) {
  {
    // Even setting the present mode would require a lock.
    Statement statement(*handle_, "PRAGMA journal_mode");
    if (statement.step() && statement.bytes(0) == mode) return;
  }
  execute(("PRAGMA journal_mode=" + std::string(mode)).c_str());
}

std::int64_t Database::pragma(const char* name) {
  Statement statement(*handle_, (std::string("PRAGMA ") + name).c_str());
  return statement.step() ? statement.integer(0) : 0;
}

}  // namespace shaman::client
