#include "storage/sqlite/connection.h"

#include <sqlite3.h>

#include <functional>
#include <utility>

namespace oofgg::storage {
namespace {

// SQL in our stores is constant text, so the cache is small; the bound is for text that someone builds.
constexpr std::size_t kMaxCached = 256;

// FULL: a commit is on the disk when it returns. The rest is defence against our own faults and against files
// that were tampered with.
constexpr const char* kSettings = R"sql(
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA foreign_keys = ON;
  PRAGMA trusted_schema = OFF;
  PRAGMA journal_size_limit = 67108864;
)sql";
constexpr int kBusyTimeoutMs = 5000;

StatusCode CodeOf(int extended) {
  switch (extended) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
      return StatusCode::kAlreadyExists;
    default:
      break;
  }
  switch (extended & 0xff) {  // The primary code.
    case SQLITE_CONSTRAINT:
      return StatusCode::kFailedPrecondition;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_NOMEM:
    case SQLITE_INTERRUPT:
      return StatusCode::kUnavailable;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return StatusCode::kDataLoss;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return StatusCode::kPermissionDenied;
    default:
      return StatusCode::kInternal;
  }
}

}  // namespace

Statement::Statement(Statement&& other) noexcept
    : connection_(other.connection_),
      handle_(std::exchange(other.handle_, nullptr)),
      cached_(other.cached_),
      fault_(std::move(other.fault_)) {}

Statement::~Statement() {
  if (handle_ == nullptr) return;
  if (!cached_) {
    sqlite3_finalize(handle_);
    return;
  }
  Reset();
  sqlite3_clear_bindings(handle_);
  connection_->GiveBack(handle_);
}

// Keeps the first fault.
void Statement::Note(int result) {
  if (result != SQLITE_OK && fault_.ok()) fault_ = connection_->ErrorOf(result);
}

// The answer repeats the error of the last step, which was reported then.
void Statement::Reset() { sqlite3_reset(handle_); }

Statement& Statement::Bind(int index, std::int64_t value) {
  if (handle_ != nullptr) Note(sqlite3_bind_int64(handle_, index, value));
  return *this;
}

Statement& Statement::Bind(int index, double value) {
  if (handle_ != nullptr) Note(sqlite3_bind_double(handle_, index, value));
  return *this;
}

Statement& Statement::Bind(int index, std::string_view text) {
  // A null pointer would bind NULL where an empty text is meant.
  const char* data = text.data() == nullptr ? "" : text.data();
  if (handle_ != nullptr) {
    Note(sqlite3_bind_text64(handle_, index, data, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
  }
  return *this;
}

Statement& Statement::Bind(int index, std::nullptr_t) {
  if (handle_ != nullptr) Note(sqlite3_bind_null(handle_, index));
  return *this;
}

Statement& Statement::BindBlob(int index, std::string_view bytes) {
  const char* data = bytes.data() == nullptr ? "" : bytes.data();
  if (handle_ != nullptr) Note(sqlite3_bind_blob64(handle_, index, data, bytes.size(), SQLITE_TRANSIENT));
  return *this;
}

StatusOr<bool> Statement::Step() {
  if (!fault_.ok()) return fault_;
  const int result = sqlite3_step(handle_);
  if (result == SQLITE_ROW) return true;
  // Read before the reset, which could replace it.
  Status error = result == SQLITE_DONE ? absl::OkStatus() : connection_->ErrorOf(result);
  Reset();
  if (!error.ok()) return error;
  return false;
}

Status Statement::Run() {
  OOFGG_ASSIGN_OR_RETURN(const bool has_row, Step());
  if (!has_row) return absl::OkStatus();
  Reset();
  return MakeStatus(StatusCode::kInternal,
                    std::string("a statement that is run gives rows: ") + sqlite3_sql(handle_));
}

std::int64_t Statement::Int(int column) const { return sqlite3_column_int64(handle_, column); }

double Statement::Real(int column) const { return sqlite3_column_double(handle_, column); }

std::string Statement::Text(int column) const { return std::string(TextView(column)); }

std::string_view Statement::TextView(int column) const {
  // In this order, since asking for the text may convert it and so change its size.
  const void* data = sqlite3_column_type(handle_, column) == SQLITE_BLOB
                         ? sqlite3_column_blob(handle_, column)
                         : sqlite3_column_text(handle_, column);
  const int size = sqlite3_column_bytes(handle_, column);
  if (data == nullptr || size <= 0) return {};
  return {static_cast<const char*>(data), static_cast<std::size_t>(size)};
}

bool Statement::IsNull(int column) const { return sqlite3_column_type(handle_, column) == SQLITE_NULL; }

StatusOr<std::unique_ptr<Connection>> Connection::Open(const std::string& path) {
  sqlite3* handle = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  const int result = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
  // SQLite gives a handle, which must be closed, even when it fails.
  std::unique_ptr<Connection> connection(new Connection(handle));
  Status status = result == SQLITE_OK ? absl::OkStatus() : connection->ErrorOf(result);
  if (status.ok()) {
    sqlite3_busy_timeout(handle, kBusyTimeoutMs);
    status = connection->Execute(kSettings);
  }
  if (!status.ok()) return Annotate(status, "opening database " + path);
  return connection;
}

Connection::~Connection() {
  for (const auto& [sql, cached] : cache_) sqlite3_finalize(cached.handle);
  sqlite3_close_v2(handle_);
}

Statement Connection::Prepare(std::string_view sql) {
  const auto found = cache_.find(sql);
  if (found != cache_.end() && !found->second.in_use) {
    found->second.in_use = true;
    return {*this, found->second.handle, true, absl::OkStatus()};
  }
  const bool cache = found == cache_.end() && cache_.size() < kMaxCached;
  sqlite3_stmt* handle = nullptr;
  const int result = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()),
                                        cache ? SQLITE_PREPARE_PERSISTENT : 0U, &handle, nullptr);
  if (result != SQLITE_OK) return {*this, nullptr, false, ErrorOf(result)};
  if (handle == nullptr) {
    return {*this, nullptr, false, MakeStatus(StatusCode::kInternal, "there is no SQL to prepare")};
  }
  if (cache) cache_.emplace(sql, Cached{handle, true});
  return {*this, handle, cache, absl::OkStatus()};
}

void Connection::GiveBack(sqlite3_stmt* handle) {
  const auto found = cache_.find(std::string_view(sqlite3_sql(handle)));
  if (found != cache_.end()) found->second.in_use = false;
}

Status Connection::Execute(const std::string& script) {
  const int result = sqlite3_exec(handle_, script.c_str(), nullptr, nullptr, nullptr);
  return result == SQLITE_OK ? absl::OkStatus() : ErrorOf(result);
}

std::int64_t Connection::Changes() const { return sqlite3_changes64(handle_); }

std::int64_t Connection::LastInsertId() const { return sqlite3_last_insert_rowid(handle_); }

bool Connection::InTransaction() const { return sqlite3_get_autocommit(handle_) == 0; }

Status Connection::ErrorOf(int result) const {
  if (handle_ == nullptr) return MakeStatus(CodeOf(result), sqlite3_errstr(result));
  std::string message = sqlite3_errmsg(handle_);
  message += " (SQLite code ";
  message += std::to_string(result);
  message += ")";
  return MakeStatus(CodeOf(result), message);
}

}  // namespace oofgg::storage
