#include "storage/sqlite/database.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <utility>
#include <vector>

#include "storage/schema_version.h"
#include "storage/sqlite/group_writer.h"

namespace oofgg::storage {
namespace {

constexpr std::string_view kMemory = ":memory:";
constexpr std::size_t kMaxReaders = 4;

// The bodies that run on this thread, innermost first, to refuse those that would wait for themselves.
struct RunningBody {
  const void* database;
  const RunningBody* outer;
};
thread_local const RunningBody* running_body = nullptr;

class BodyScope {
 public:
  explicit BodyScope(const void* database) : body_{database, running_body} { running_body = &body_; }
  ~BodyScope() { running_body = body_.outer; }
  BodyScope(const BodyScope&) = delete;
  BodyScope& operator=(const BodyScope&) = delete;

 private:
  RunningBody body_;
};

Status RefuseNesting(const void* database) {
  for (const RunningBody* body = running_body; body != nullptr; body = body->outer) {
    if (body->database == database) {
      return MakeStatus(StatusCode::kFailedPrecondition,
                        "a body asked its own database to read or write; use the connection it was given");
    }
  }
  return absl::OkStatus();
}

Status SystemError(const std::string& action, int error) {
  return MakeStatus(StatusCode::kFailedPrecondition, action + ": " + std::strerror(error));
}

Status MakeParents(const std::string& path) {
  for (std::size_t slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1)) {
    const std::string folder = path.substr(0, slash);
    if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
      return SystemError("creating folder " + folder, errno);
  }
  return absl::OkStatus();
}

// SQLite gives its side files the mode of the main one, so that it is enough to create that by hand.
Status MakeFile(const std::string& path) {
  OOFGG_RETURN_IF_ERROR(MakeParents(path));
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return SystemError("creating database " + path, errno);
  close(file);
  return absl::OkStatus();
}

/// Connections for reading, opened when first needed.
class ReaderPool {
 public:
  explicit ReaderPool(std::string path) : path_(std::move(path)) {}

  StatusOr<std::unique_ptr<Connection>> Borrow() {
    std::unique_lock lock(mutex_);
    available_.wait(lock, [this] { return !idle_.empty() || opened_ < kMaxReaders; });
    if (!idle_.empty()) {
      std::unique_ptr<Connection> connection = std::move(idle_.back());
      idle_.pop_back();
      return connection;
    }
    ++opened_;
    lock.unlock();
    auto connection = Open();
    if (!connection.ok()) Discard();
    return connection;
  }

  void GiveBack(std::unique_ptr<Connection> connection) {
    {
      const std::lock_guard lock(mutex_);
      idle_.push_back(std::move(connection));
    }
    available_.notify_one();
  }

 private:
  StatusOr<std::unique_ptr<Connection>> Open() const {
    OOFGG_ASSIGN_OR_RETURN(auto connection, Connection::Open(path_));
    OOFGG_RETURN_IF_ERROR(connection->Execute("PRAGMA query_only = ON"));
    return connection;
  }

  void Discard() {
    {
      const std::lock_guard lock(mutex_);
      --opened_;
    }
    available_.notify_one();
  }

  const std::string path_;
  std::mutex mutex_;
  std::condition_variable available_;
  std::vector<std::unique_ptr<Connection>> idle_;
  std::size_t opened_ = 0;
};

Status ReadSnapshot(Connection& connection, Body body) {
  OOFGG_RETURN_IF_ERROR(connection.Prepare("BEGIN").Run());
  Status status = body(connection);
  const Status ended = connection.Prepare("COMMIT").Run();
  if (!ended.ok() && connection.InTransaction()) connection.Prepare("ROLLBACK").Run().IgnoreError();
  return status.ok() ? ended : status;
}

StatusOr<std::int64_t> VersionOf(Connection& connection, std::string_view component) {
  OOFGG_RETURN_IF_ERROR(
      connection.Execute("CREATE TABLE IF NOT EXISTS schema_versions "
                         "(component TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT"));
  Statement select = connection.Prepare("SELECT version FROM schema_versions WHERE component = ?1");
  OOFGG_ASSIGN_OR_RETURN(const bool known, select.Bind(1, component).Step());
  return known ? select.Int(0) : 0;
}

}  // namespace

struct Database::Impl {
  Impl(std::string file, std::unique_ptr<Connection> connection)
      : path(std::move(file)), in_memory(path == kMemory), writer(std::move(connection)), readers(path) {}

  Status OnWriter(GroupWriter::Kind kind, Body body) {
    return writer.Run(kind, [&](Connection& connection) {
      const BodyScope scope(this);
      return body(connection);
    });
  }

  const std::string path;
  const bool in_memory;
  GroupWriter writer;
  ReaderPool readers;  // Goes first: the connection that closes last folds the log into the file.
};

Database::Database(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Database::~Database() = default;

StatusOr<std::unique_ptr<Database>> Database::Open(const std::string& path) {
  if (path.empty()) {
    return MakeStatus(StatusCode::kInvalidArgument, "the path of the database is empty; name a file");
  }
  if (path != kMemory) OOFGG_RETURN_IF_ERROR(MakeFile(path));
  OOFGG_ASSIGN_OR_RETURN(auto connection, Connection::Open(path));
  return std::unique_ptr<Database>(new Database(std::make_unique<Impl>(path, std::move(connection))));
}

Status Database::Migrate(std::string_view component, std::span<const std::string_view> migrations) {
  return Write([&](Connection& connection) -> Status {
    OOFGG_ASSIGN_OR_RETURN(const std::int64_t version, VersionOf(connection, component));
    const auto done = static_cast<std::size_t>(version);
    if (done == migrations.size()) return absl::OkStatus();
    OOFGG_RETURN_IF_ERROR(
        CheckSchemaVersion("database " + impl_->path, component, version, migrations.size()));
    for (std::size_t i = done; i < migrations.size(); ++i) {
      const Status status = connection.Execute(std::string(migrations[i]));
      if (!status.ok()) return MigrationFailed(status, component, i);
    }
    return connection.Prepare("INSERT OR REPLACE INTO schema_versions (component, version) VALUES (?1, ?2)")
        .Bind(1, component)
        .Bind(2, migrations.size())
        .Run();
  });
}

Status Database::Write(absl::FunctionRef<Status(Connection&)> body) {
  OOFGG_RETURN_IF_ERROR(RefuseNesting(impl_.get()));
  return impl_->OnWriter(GroupWriter::Kind::kWrite, body);
}

void Database::WriteTogether(absl::FunctionRef<Status(Connection&, std::size_t)> body,
                             std::span<Status> results) {
  if (const Status nested = RefuseNesting(impl_.get()); !nested.ok()) {
    std::fill(results.begin(), results.end(), nested);
    return;
  }
  impl_->writer.RunTogether(
      GroupWriter::Kind::kWrite,
      [&](Connection& connection, std::size_t i) {
        const BodyScope scope(impl_.get());
        return body(connection, i);
      },
      results);
}

Status Database::Read(absl::FunctionRef<Status(Connection&)> body) {
  OOFGG_RETURN_IF_ERROR(RefuseNesting(impl_.get()));
  if (impl_->in_memory) return impl_->OnWriter(GroupWriter::Kind::kReadOnly, body);
  OOFGG_ASSIGN_OR_RETURN(auto connection, impl_->readers.Borrow());
  const BodyScope scope(impl_.get());
  Status status = ReadSnapshot(*connection, body);
  impl_->readers.GiveBack(std::move(connection));
  return status;
}

}  // namespace oofgg::storage
