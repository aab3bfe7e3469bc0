#include "storage/postgres/database.h"

#include <algorithm>
#include <utility>

#include "storage/postgres/migrate.h"
#include "storage/postgres/pool.h"

namespace oofgg::storage {
namespace {

Status NoAnswer(bool sent, const std::string& outage) {
  if (sent) {
    return MakeStatus(StatusCode::kDeadlineExceeded,
                      "PostgreSQL has not answered in time; whether the change was stored is unknown");
  }
  if (outage.empty()) {
    return MakeStatus(StatusCode::kDeadlineExceeded, "no connection to PostgreSQL was free in time");
  }
  return MakeStatus(StatusCode::kUnavailable, "PostgreSQL cannot be reached; nothing was stored, try again");
}

}  // namespace

Status PostgresDatabase::CheckUrl(const std::string& url) {
  const PostgresOptions usual;
  return PgTarget::Parse(url, usual.timeout, usual.connect_timeout).status();
}

StatusOr<std::unique_ptr<PostgresDatabase>> PostgresDatabase::Open(const std::string& url,
                                                                   PostgresOptions options) {
  OOFGG_ASSIGN_OR_RETURN(PgTarget target, PgTarget::Parse(url, options.timeout / 2, options.connect_timeout));
  if (!options.allow_plaintext && target.MayBePlaintext()) {
    return MakeStatus(
        StatusCode::kFailedPrecondition,
        target.name() +
            " is on another machine and may be spoken to in plaintext; add sslmode=verify-full to "
            "the URL, or allow plaintext on a private network with --insecure");
  }
  OOFGG_RETURN_IF_ERROR(target.Connect().status());
  // A little more patience with the server than the callers have, so that it is they who say what they waited
  // for.
  OOFGG_ASSIGN_OR_RETURN(
      auto pool, PgPool::Start(target, {.connections = (std::max)(options.connections, std::size_t{1}),
                                        .max_waiting = options.max_waiting,
                                        .limits = {.connect_timeout = options.connect_timeout,
                                                   .patience = options.timeout + options.timeout / 4}}));
  return std::unique_ptr<PostgresDatabase>(new PostgresDatabase(std::move(target), options, std::move(pool)));
}

PostgresDatabase::PostgresDatabase(PgTarget target, PostgresOptions options, std::unique_ptr<PgPool> pool)
    : target_(std::move(target)), options_(options), pool_(std::move(pool)) {}

Status PostgresDatabase::CheckReachable() const {
  const std::string outage = pool_->Outage();
  if (outage.empty()) return {};
  return MakeStatus(StatusCode::kUnavailable, "PostgreSQL cannot be reached: " + outage);
}

PostgresDatabase::~PostgresDatabase() = default;

Status PostgresDatabase::Migrate(std::string_view component, std::span<const std::string_view> migrations) {
  return MigratePostgres(target_, component, migrations);
}

StatusOr<PgResult> PostgresDatabase::Run(const PgStatement& statement, PgParams params) {
  return Run(statement, std::move(params), kNever);
}

StatusOr<PgResult> PostgresDatabase::Run(const PgStatement& statement, PgParams params, TimePoint deadline) {
  const auto job = std::make_shared<PgJob>(statement, std::move(params));
  OOFGG_RETURN_IF_ERROR(pool_->Submit(job));
  const TimePoint latest = DeadlineAfter(Clock::System().Now(), options_.timeout);
  if (auto answer = job->Wait((std::min)(deadline, latest)); answer.has_value()) return *std::move(answer);
  const bool was_waiting = pool_->Withdraw(*job);
  return NoAnswer(!was_waiting || job->WasSent(), pool_->Outage());
}

}  // namespace oofgg::storage
