#include "servers/maker/ticket_keys.h"

#include <unistd.h>

#include <array>
#include <chrono>

#include "oofgg/log.h"

namespace oofgg::servers {
namespace {

constexpr std::chrono::seconds kNoticeLease{10};
constexpr std::chrono::seconds kNoticePeriod{3};

/// For whoever looks for the other maker.
std::string NameOfThisProcess() {
  std::array<char, 256> host{};
  if (gethostname(host.data(), host.size() - 1) != 0) host = {'?'};
  return std::string(host.data()) + ":" + std::to_string(getpid());
}

}  // namespace

TicketKeyNotice::TicketKeyNotice(storage::RedisClient& redis, const auth::Jwks& keys)
    : rings_(redis), maker_(NameOfThisProcess()) {
  for (const auth::VerifyingKey& key : keys.keys()) key_ids_.push_back(key.kid());
}

TicketKeyNotice::~TicketKeyNotice() {
  timer_.reset();
  const Status gone = rings_.Withdraw(maker_);
  if (!gone.ok()) Log(LogLevel::kDebug, "maker", "cannot withdraw our keys: " + gone.ToString());
}

Status TicketKeyNotice::Announce() const {
  Status said = rings_.Announce(maker_, key_ids_, kNoticeLease);
  if (!absl::IsFailedPrecondition(said)) return said;
  return MakeStatus(StatusCode::kFailedPrecondition,
                    "--keys: " + std::string(said.message()) +
                        ", so game servers would turn players away; give all makers the same directory");
}

StatusOr<std::unique_ptr<TicketKeyNotice>> TicketKeyNotice::Post(storage::RedisClient* redis,
                                                                 const auth::Jwks& keys, Executor& executor,
                                                                 const Clock& clock) {
  if (redis == nullptr) return nullptr;
  std::unique_ptr<TicketKeyNotice> notice(new TicketKeyNotice(*redis, keys));
  OOFGG_RETURN_IF_ERROR(notice->Announce());
  notice->timer_ = std::make_unique<TidyTimer>(executor, clock, kNoticePeriod,
                                               [raw = notice.get()] { return raw->Announce(); });
  return notice;
}

}  // namespace oofgg::servers
