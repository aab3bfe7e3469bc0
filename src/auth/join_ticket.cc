#include "oofgg/auth/join_ticket.h"

#include <algorithm>

#include "auth/jws.h"
#include "auth/token_claims.h"
#include "oofgg/uuid.h"

namespace oofgg::auth {
namespace {

constexpr const char* kJoinTicketType = "oofgg-join+jwt";
constexpr const char* kJoinTicketIssuer = "oofgg-maker";

}  // namespace

JoinTicketSigner::JoinTicketSigner(SigningKey key, const Clock& clock, RandomSource& random,
                                   JoinTicketSignerOptions options)
    : key_(std::move(key)), clock_(&clock), random_(&random), options_(options) {}

StatusOr<std::string> JoinTicketSigner::Sign(const JoinTicket& ticket) const {
  const WallTime now = WholeSeconds(clock_->WallNow());
  OOFGG_ASSIGN_OR_RETURN(const std::string payload, PrintClaims({.issuer = kJoinTicketIssuer,
                                                                 .audiences = {ticket.server_id},
                                                                 .subject = ticket.player_id,
                                                                 .token_id = NewUuidV7(*clock_, *random_),
                                                                 .issued_at = now,
                                                                 .not_before = now,
                                                                 .expires_at = now + options_.lifetime,
                                                                 .texts = {{"match", ticket.match_id}}}));
  return SignJws(key_, kJoinTicketType, payload);
}

JoinTicketVerifier::JoinTicketVerifier(Jwks keys, std::string server_id, const Clock& clock,
                                       JoinTicketVerifierOptions options)
    : server_id_(std::move(server_id)),
      clock_(&clock),
      options_(options),
      keys_(std::make_shared<const Jwks>(std::move(keys))) {}

void JoinTicketVerifier::SetKeys(Jwks keys) {
  auto set = std::make_shared<const Jwks>(std::move(keys));
  const std::lock_guard lock(mutex_);
  keys_ = std::move(set);
}

std::shared_ptr<const Jwks> JoinTicketVerifier::Keys() {
  const std::lock_guard lock(mutex_);
  return keys_;
}

StatusOr<JoinTicket> JoinTicketVerifier::Redeem(std::string_view ticket,
                                                const std::function<Status(const JoinTicket&)>& seat) {
  OOFGG_ASSIGN_OR_RETURN(const ParsedJws jws, VerifyTypedJws(ticket, kJoinTicketType, *Keys()));
  OOFGG_ASSIGN_OR_RETURN(TokenClaims claims, ParseClaims(jws.payload));
  OOFGG_RETURN_IF_ERROR(CheckClaims(claims, {.issuer = kJoinTicketIssuer,
                                             .audience = server_id_,
                                             .now = clock_->WallNow(),
                                             .clock_skew = options_.clock_skew}));
  OOFGG_ASSIGN_OR_RETURN(std::string match_id, TextClaim(claims, "match"));
  JoinTicket redeemed{
      .player_id = std::move(claims.subject), .match_id = std::move(match_id), .server_id = server_id_};
  const WallTime until = claims.expires_at + options_.clock_skew;

  const std::lock_guard lock(mutex_);
  ForgetExpired();
  OOFGG_RETURN_IF_ERROR(CheckUnused(claims.token_id, until));
  if (seat) OOFGG_RETURN_IF_ERROR(seat(redeemed));
  redeemed_.insert(claims.token_id);
  by_expiry_.emplace(until, claims.token_id);
  return redeemed;
}

Status JoinTicketVerifier::CheckUnused(const std::string& token_id, WallTime until) const {
  // Expired since it was checked, or the wall clock stepped back: its use may have been forgotten.
  if (until <= forgotten_until_) return RefuseToken("TOKEN_EXPIRED", "the join ticket has expired");
  if (redeemed_.contains(token_id)) {
    return WithReason(MakeStatus(StatusCode::kAlreadyExists, "the join ticket was used before"),
                      "TICKET_ALREADY_USED");
  }
  if (redeemed_.size() >= options_.max_remembered) {
    return MakeStatus(StatusCode::kResourceExhausted, "too many join tickets were redeemed of late");
  }
  return {};
}

void JoinTicketVerifier::ForgetExpired() {
  forgotten_until_ = std::max(forgotten_until_, clock_->WallNow());
  while (!by_expiry_.empty() && by_expiry_.begin()->first <= forgotten_until_) {
    redeemed_.erase(by_expiry_.begin()->second);
    by_expiry_.erase(by_expiry_.begin());
  }
}

}  // namespace oofgg::auth
