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
  Job job(kind, body);
  std::unique_lock lock(mutex_);
  waiting_.push_back(&job);
  arrived_.notify_one();
  job.finished.wait(lock, [&job] { return job.done; });
  return std::move(job.result);
}

void GroupWriter::Work() {
  std::vector<Job*> group;
  std::unique_lock lock(mutex_);
  while (true) {
    arrived_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    group.swap(waiting_);
    lock.unlock();
    Commit(group);
    lock.lock();
    for (Job* job : group) {
      job->done = true;
      // Under the lock, as the job goes as soon as its caller sees that it is done.
      job->finished.notify_one();
    }
    group.clear();
  }
}

void GroupWriter::Commit(const std::vector<Job*>& group) {
  Status status = connection_->Prepare("BEGIN IMMEDIATE").Run();
  if (status.ok()) status = RunAll(group);
  if (status.ok()) status = connection_->Prepare("COMMIT").Run();
  if (status.ok()) return;
  if (connection_->InTransaction()) connection_->Prepare("ROLLBACK").Run().IgnoreError();
  for (Job* job : group) job->result = Annotate(status, "committing");
}

Status GroupWriter::RunAll(const std::vector<Job*>& group) {
  for (Job* job : group) OOFGG_RETURN_IF_ERROR(RunOne(*job));
  return absl::OkStatus();
}

// An error means that the whole transaction is lost; an error of the body alone is only kept in the job.
Status GroupWriter::RunOne(Job& job) {
  const bool read_only = job.kind == Kind::kReadOnly;
  OOFGG_RETURN_IF_ERROR(connection_->Prepare("SAVEPOINT body").Run());
  if (read_only) OOFGG_RETURN_IF_ERROR(connection_->Execute("PRAGMA query_only = ON"));
  job.result = job.body(*connection_);
  if (read_only) OOFGG_RETURN_IF_ERROR(connection_->Execute("PRAGMA query_only = OFF"));
  if (!connection_->InTransaction()) {
    // Such as a full disk, after which SQLite rolls back the whole transaction by itself.
    if (!job.result.ok()) return job.result;
    return MakeStatus(StatusCode::kInternal, "a body has ended the transaction it was given");
  }
  if (!job.result.ok()) OOFGG_RETURN_IF_ERROR(connection_->Prepare("ROLLBACK TO body").Run());
  return connection_->Prepare("RELEASE body").Run();
}

}  // namespace oofgg::storage
