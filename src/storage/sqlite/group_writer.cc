#include "storage/sqlite/group_writer.h"

#include <utility>

namespace oofgg::storage {

GroupWriter::GroupWriter(std::unique_ptr<Connection> connection)
    : connection_(std::move(connection)), thread_([this] { Work(); }) {}

GroupWriter::~GroupWriter() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  arrived_.notify_one();
  thread_.join();
}

Status GroupWriter::Run(Kind kind, Body body) {
  Status result;
  RunTogether(kind, [body](Connection& connection, std::size_t) { return body(connection); }, {&result, 1});
  return result;
}

void GroupWriter::RunTogether(Kind kind, Bodies bodies, std::span<Status> results) {
  if (results.empty()) return;
  Caller caller{.left = results.size(), .finished = {}};
  std::unique_lock lock(mutex_);
  for (std::size_t i = 0; i < results.size(); ++i) {
    waiting_.push_back({kind, bodies, i, &results[i], &caller});
  }
  arrived_.notify_one();
  caller.finished.wait(lock, [&caller] { return caller.left == 0; });
}

void GroupWriter::Work() {
  std::vector<Job> group;
  std::unique_lock lock(mutex_);
  while (true) {
    arrived_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    group.swap(waiting_);
    lock.unlock();
    Commit(group);
    lock.lock();
    for (const Job& job : group) {
      // Under the lock, as the caller goes as soon as it sees that all is done.
      if (--job.caller->left == 0) job.caller->finished.notify_one();
    }
    group.clear();
  }
}

void GroupWriter::Commit(const std::vector<Job>& group) {
  Status status = connection_->Prepare("BEGIN IMMEDIATE").Run();
  if (status.ok()) status = RunAll(group);
  if (status.ok()) status = connection_->Prepare("COMMIT").Run();
  if (status.ok()) return;
  if (connection_->InTransaction()) connection_->Prepare("ROLLBACK").Run().IgnoreError();
  for (const Job& job : group) *job.result = Annotate(status, "committing");
}

Status GroupWriter::RunAll(const std::vector<Job>& group) {
  for (const Job& job : group) OOFGG_RETURN_IF_ERROR(RunOne(job));
  return absl::OkStatus();
}

// An error means that the whole transaction is lost; an error of the body alone is only kept in the job.
Status GroupWriter::RunOne(const Job& job) {
  const bool read_only = job.kind == Kind::kReadOnly;
  OOFGG_RETURN_IF_ERROR(connection_->Prepare("SAVEPOINT body").Run());
  if (read_only) OOFGG_RETURN_IF_ERROR(connection_->Execute("PRAGMA query_only = ON"));
  *job.result = job.bodies(*connection_, job.number);
  if (read_only) OOFGG_RETURN_IF_ERROR(connection_->Execute("PRAGMA query_only = OFF"));
  if (!connection_->InTransaction()) {
    // Such as a full disk, after which SQLite rolls back the whole transaction by itself.
    if (!job.result->ok()) return *job.result;
    return MakeStatus(StatusCode::kInternal, "a body has ended the transaction it was given");
  }
  if (!job.result->ok()) OOFGG_RETURN_IF_ERROR(connection_->Prepare("ROLLBACK TO body").Run());
  return connection_->Prepare("RELEASE body").Run();
}

}  // namespace oofgg::storage
