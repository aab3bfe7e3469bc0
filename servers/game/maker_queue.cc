#include "servers/game/maker_queue.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <utility>

#include "oofgg/client.h"
#include "oofgg/log.h"
#include "servers/common/request_transport.h"

namespace oofgg::servers {
namespace {

/// A caller who set no deadline does not hold a thread longer than this.
constexpr std::chrono::milliseconds kLongestCall{10'000};
/// The token is the player's: we cannot renew it, only use it while the maker takes it.
constexpr std::chrono::hours kTrustToken{24};

/// The contract's RegionEnum, as the string `region` that rule sets compare.
std::string RegionName(std::int32_t region) {
  constexpr std::array<const char*, 14> kNames = {"",           "na-east",  "na-west", "sa",    "eu-west",
                                                  "eu-central", "eu-north", "as-east", "as-se", "as-south",
                                                  "oc",         "mena",     "africa",  "global"};
  const auto index = static_cast<std::size_t>(region);
  return region >= 0 && index < kNames.size() ? kNames[index] : "";
}

// Where the maker is to be found, and what to start, is for whoever runs us.
Status ForPlayers(const Status& status) {
  if (status.code() != StatusCode::kUnavailable && status.code() != StatusCode::kDeadlineExceeded)
    return status;
  Log(LogLevel::kWarning, "game", "oofgg-maker: " + status.ToString());
  return MakeStatus(status.code(), "matchmaking cannot be reached now; try again");
}

class TicketWatch final : public game::MatchWatch {
 public:
  TicketWatch(std::unique_ptr<Client> client, std::string ticket_id, game::MatchQueue::OnTicket on_ticket)
      : client_(std::move(client)),
        ticket_id_(std::move(ticket_id)),
        call_(client_->matchmaking().WatchTicket({.id = ticket_id_}, std::move(on_ticket))) {}

  void Cancel(OnCancelled on_done) override {
    if (is_cancelling_.exchange(true)) return;
    cancelling_ = client_->matchmaking().CancelTicket(
        {.id = ticket_id_},
        [on_done = std::move(on_done)](const StatusOr<Ticket>& ticket) { on_done(ticket.status()); },
        {.timeout = kLongestCall, .idempotency_key = {}});
  }

 private:
  std::unique_ptr<Client> client_;
  const std::string ticket_id_;
  std::atomic<bool> is_cancelling_ = false;
  Call cancelling_;
  Call call_;  // Both dropped before the client.
};

}  // namespace

std::unique_ptr<Client> MakerQueue::ClientFor(const CallContext& context) const {
  ClientOptions options;
  options.callbacks = &executor_;
  options.executor = &executor_;
  auto client = std::make_unique<Client>(ForCurrentRequest(maker_), options);
  SessionTokens tokens;
  if (context.caller.has_value()) tokens.user_id = context.caller->user_id;
  tokens.access_token = context.bearer_token;
  tokens.expires_at = clock_.WallNow() + kTrustToken;
  client->SetTokens(std::move(tokens));
  return client;
}

CallOptions MakerQueue::OptionsFor(const CallContext& context) const {
  CallOptions options;
  options.timeout = kLongestCall;
  const TimePoint deadline = (std::min)(context.deadline, end_.load());
  if (deadline != kNever) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - clock_.Now());
    options.timeout = std::clamp(left, std::chrono::milliseconds(1), kLongestCall);
  }
  return options;
}

StatusOr<std::string> MakerQueue::Enqueue(const CallContext& context, const Entry& entry) {
  CreateTicketRequest request;
  request.game_id = entry.game_id;
  request.players = {entry.player_id};
  if (std::string region = RegionName(entry.region); !region.empty()) {
    request.strings["region"] = std::move(region);
  }
  CallOptions options = OptionsFor(context);
  options.idempotency_key = entry.idempotency_key;
  const StatusOr<Ticket> ticket = ClientFor(context)->matchmaking().CreateTicket(request, options);
  if (!ticket.ok()) return ForPlayers(ticket.status());
  return ticket->id;
}

std::unique_ptr<game::MatchWatch> MakerQueue::Watch(const CallContext& context, const std::string& ticket_id,
                                                    OnTicket on_ticket) {
  if (context.bearer_token.empty()) return nullptr;  // We have no credential of our own.
  return std::make_unique<TicketWatch>(ClientFor(context), ticket_id, std::move(on_ticket));
}

Status MakerQueue::Cancel(const CallContext& context, const std::string& ticket_id) {
  return ClientFor(context)->matchmaking().CancelTicket({.id = ticket_id}, OptionsFor(context)).status();
}

}  // namespace oofgg::servers
