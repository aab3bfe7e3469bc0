#include "storage/postgres/connection.h"

#include <libpq-fe.h>
#include <sys/epoll.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "oofgg/log.h"

namespace oofgg::storage {
namespace {

using namespace std::chrono_literals;

constexpr int kBinary = 1;
/// A restarted server is found again within the half of a second.
constexpr BackoffOptions kReconnect{.initial = 50ms, .maximum = 500ms};

Status LostAnswer(const std::string& why) {
  return MakeStatus(StatusCode::kUnavailable, "the connection to PostgreSQL broke before the answer (" + why +
                                                  "); whether the change was stored is unknown");
}

}  // namespace

PgConnection::PgConnection(const PgTarget& target, PgConnectionLimits limits, int epoll,
                           PgConnectionHost& host)
    : target_(target),
      limits_(limits),
      epoll_(epoll),
      host_(host),
      backoff_(RandomSource::System(), kReconnect) {}

void PgConnection::SetState(State state, Duration lasts_at_most) {
  state_ = state;
  moment_ = DeadlineAfter(Clock::System().Now(), lasts_at_most);
}

void PgConnection::OnTime() {
  switch (state_) {
    case State::kDown:
      return Connect();
    case State::kConnecting:
      ++first_host_;
      return Break("the server does not complete the connection");
    case State::kBusy:
      return Break("the server owes an answer and is silent");
    case State::kIdle:
      return;
  }
}

void PgConnection::OnReady() {
  if (state_ == State::kConnecting) return Advance();
  if (state_ == State::kIdle || state_ == State::kBusy) return Read();
}

void PgConnection::Connect() {
  handle_ = target_.StartConnecting(first_host_);
  SetState(State::kConnecting, limits_.connect_timeout);
  if (PQstatus(handle_.get()) == CONNECTION_BAD) return Break(ConnectionError(handle_.get()));
  Watch(EPOLLOUT);
}

void PgConnection::Advance() {
  switch (PQconnectPoll(handle_.get())) {
    case PGRES_POLLING_READING:
      return Watch(EPOLLIN);
    case PGRES_POLLING_WRITING:
      return Watch(EPOLLOUT);
    case PGRES_POLLING_OK:
      break;
    default:
      return Break(ConnectionError(handle_.get()));
  }
  if (PQsetnonblocking(handle_.get(), 1) != 0 || PQenterPipelineMode(handle_.get()) == 0) {
    return Break(ConnectionError(handle_.get()));
  }
  Watch(EPOLLIN);
  backoff_.Reset();
  SetState(State::kIdle, Duration::max());
  host_.OnUp();
}

std::vector<PgConnection::Unit> PgConnection::Divide(Batch batch) {
  Unit reads;
  Unit writes;
  std::vector<Unit> single;
  for (std::shared_ptr<PgJob>& job : batch) {
    Unit& unit = !job->MayShare()                         ? single.emplace_back()
                 : job->statement().kind == PgKind::kRead ? reads
                                                          : writes;
    unit.jobs.push_back(std::move(job));
  }
  std::sort(writes.jobs.begin(), writes.jobs.end(),
            [](const auto& a, const auto& b) { return a->order() < b->order(); });
  // What may take long goes last, since each is answered after those before it.
  std::vector<Unit> units;
  if (!reads.jobs.empty()) units.push_back(std::move(reads));
  if (!writes.jobs.empty()) units.push_back(std::move(writes));
  std::move(single.begin(), single.end(), std::back_inserter(units));
  return units;
}

void PgConnection::Start(Batch batch) {
  SetState(State::kBusy, limits_.patience);
  bool sent = true;
  // After a failure the rest is only noted, for `Break` to find.
  for (Unit& unit : Divide(std::move(batch))) {
    for (const std::shared_ptr<PgJob>& job : unit.jobs) sent = sent && Prepare(job->statement());
    units_.push_back(std::move(unit));
    sent = sent && Send(units_.back());
  }
  if (!sent) return Break(ConnectionError(handle_.get()));
  Flush();
}

// A transaction of its own, so that the failure of another does not undo it unseen.
bool PgConnection::Prepare(const PgStatement& statement) {
  if (prepared_.contains(&statement)) return true;
  const std::string& name = prepared_[&statement] = "s" + std::to_string(++last_name_);
  units_.emplace_back().prepares = &statement;
  return PQsendPrepare(handle_.get(), name.c_str(), statement.sql, 0, nullptr) != 0 &&
         PQpipelineSync(handle_.get()) != 0;
}

bool PgConnection::Send(const Unit& unit) {
  for (const std::shared_ptr<PgJob>& job : unit.jobs) {
    job->SetSent();
    if (!SendJob(*job)) return false;
  }
  return PQpipelineSync(handle_.get()) != 0;
}

bool PgConnection::SendJob(const PgJob& job) {
  const std::vector<PgParams::Value>& params = job.params().values();
  std::vector<const char*> values;
  std::vector<int> lengths;
  for (const PgParams::Value& param : params) {
    values.push_back(param.null ? nullptr : param.bytes.data());
    lengths.push_back(static_cast<int>(param.bytes.size()));
  }
  const std::vector<int> formats(params.size(), kBinary);
  return PQsendQueryPrepared(handle_.get(), prepared_.at(&job.statement()).c_str(),
                             static_cast<int>(params.size()), values.data(), lengths.data(), formats.data(),
                             kBinary) != 0;
}

void PgConnection::Flush() {
  const int left = PQflush(handle_.get());
  if (left < 0) return Break(ConnectionError(handle_.get()));
  Watch(left > 0 ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

void PgConnection::Read() {
  if (PQconsumeInput(handle_.get()) == 0) return Break(ConnectionError(handle_.get()));
  bool gap = false;  // After each command comes one null; two would go on for ever.
  while (state_ == State::kBusy && PQisBusy(handle_.get()) == 0) {
    PgResult result(PQgetResult(handle_.get()));
    if (PQstatus(handle_.get()) == CONNECTION_BAD) return Break(ConnectionError(handle_.get()));
    if (result.handle() == nullptr && std::exchange(gap, true)) return Break("answers out of step");
    if (result.handle() == nullptr) continue;
    gap = false;
    Take(std::move(result));
  }
  if (state_ == State::kBusy) Flush();
}

void PgConnection::Take(PgResult result) {
  SetState(State::kBusy, limits_.patience);
  Unit& unit = units_.front();
  switch (PQresultStatus(result.handle())) {
    case PGRES_PIPELINE_SYNC:
      return FinishUnit();
    case PGRES_TUPLES_OK:
    case PGRES_COMMAND_OK:
      unit.results.push_back(std::move(result));
      return;
    default:
      if (!unit.failure.ok()) return;  // What follows the first error is only skipped.
      unit.failure = ErrorOf(result);
      unit.connection_ends = EndsConnection(result);
  }
}

void PgConnection::FinishUnit() {
  if (units_.front().connection_ends) return Break(std::string(units_.front().failure.message()));
  Unit unit = std::move(units_.front());
  units_.pop_front();
  if (unit.failure.ok()) {
    for (std::size_t i = 0; i < unit.jobs.size(); ++i) unit.jobs[i]->Finish(std::move(unit.results[i]));
  } else if (unit.prepares != nullptr) {
    Log(LogLevel::kError, "postgres", "preparing a statement: " + std::string(unit.failure.message()));
    prepared_.erase(unit.prepares);
    FailUsersOf(unit);
  } else if (unit.jobs.size() == 1) {
    unit.jobs.front()->Finish(unit.failure);
  } else {
    for (std::shared_ptr<PgJob>& job : unit.jobs) {
      job->SetAlone();
      host_.GiveBack(std::move(job));
    }
  }
  if (units_.empty()) SetState(State::kIdle, Duration::max());
}

// Those on their way already would only hear that the statement is not prepared, and not why.
void PgConnection::FailUsersOf(const Unit& preparation) {
  for (Unit& unit : units_) {
    const bool uses_it = std::any_of(unit.jobs.begin(), unit.jobs.end(), [&](const auto& job) {
      return &job->statement() == preparation.prepares;
    });
    if (uses_it && unit.failure.ok()) unit.failure = preparation.failure;
  }
}

void PgConnection::Break(const std::string& why) {
  host_.OnDown(why);
  handle_.reset();
  prepared_.clear();
  SetState(State::kDown, backoff_.Next());
  for (Unit& unit : std::exchange(units_, {})) {
    for (std::shared_ptr<PgJob>& job : unit.jobs) {
      job->SetLost();
      if (job->MayRepeat()) {
        host_.GiveBack(std::move(job));
      } else {
        job->Finish(LostAnswer(why));
      }
    }
  }
}

void PgConnection::Watch(std::uint32_t events) {
  epoll_event event{.events = events, .data = {.ptr = this}};
  const int socket = PQsocket(handle_.get());
  // A socket that libpq has replaced while connecting has left the set by being closed.
  if (epoll_ctl(epoll_, EPOLL_CTL_MOD, socket, &event) != 0) epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &event);
}

}  // namespace oofgg::storage
