#include "testing/memory_services.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "oofgg/auth/authorizer.h"

namespace oofgg::testing {
namespace {

// For what can only fail through a mistake in the test itself.
template <typename T>
T OrDie(StatusOr<T> value, const char* what) {
  if (value.ok()) return *std::move(value);
  std::fprintf(stderr, "oofgg::testing::Backend: %s: %s\n", what, value.status().ToString().c_str());
  std::abort();
}

auth::SigningKey KeyOf(RandomSource& random) {
  return OrDie(auth::SigningKey::FromEd25519Seed(random.Bytes(32)), "signing key");
}

std::string ValueOf(const Metadata& metadata, std::string_view name) {
  const auto entry =
      std::find_if(metadata.begin(), metadata.end(), [name](const auto& pair) { return pair.first == name; });
  return entry == metadata.end() ? std::string() : entry->second;
}

}  // namespace

MemoryServices::OneRuleSet::OneRuleSet(const std::string& json)
    : rules_(std::make_shared<const RuleSet>(OrDie(RuleSet::Parse(json), "rules"))) {}

MemoryServices::MemoryServices(const BackendOptions& options, FakeClock& clock, RandomSource& random,
                               Executor& executor)
    : hasher_(auth::PasswordHasherOptions::CheapForTests(), random),
      key_(KeyOf(random)),
      issuer_(key_, clock, random, {.lifetime = options.access_token_lifetime}),
      verifier_(std::make_shared<auth::TokenVerifier>(clock,
                                                      OrDie(auth::Jwks::Of({key_.verifying_key()}), "keys"))),
      hub_(clock, executor, {.grace = options.presence_grace, .table = {}}),
      presence_(hub_),
      rules_(options.rules),
      allocator_(clock, executor, options.server_start),
      matchmaking_({clock, random, executor, rules_, allocator_}),
      table_([this](const TransportCall& call, bool needs_token) { return ContextOf(call, needs_token); }) {
  // Guessing passwords is not what a game's tests are about.
  auth::AuthRoomOptions room;
  room.guard = {
      .per_account = std::nullopt, .per_address = std::nullopt, .failures = {.free_failures = 1'000'000}};
  auth_ = OrDie(auth::AuthRoom::Open({.stores = {users_, sessions_, codes_, credentials_},
                                      .issuer = issuer_,
                                      .verifier = verifier_,
                                      .hasher = hasher_,
                                      .policy = policy_,
                                      .log = log_,
                                      .executor = executor,
                                      .clock = clock,
                                      .random = random,
                                      .secret = random.Bytes(32)},
                                     room),
                "auth");
  ServeAuth();
  ServePlay();
}

void MemoryServices::ServeAuth() {
  table_.AddUnary<wire::methods::Register>([this](const auto& context, const auto& request) {
    return Noted(auth_->auth().Register(context, request));
  });
  table_.AddUnary<wire::methods::Login>([this](const auto& context, const auto& request) {
    return Noted(auth_->auth().Login(context, request));
  });
  table_.AddUnary<wire::methods::RefreshToken>([this](const auto& context, const auto& request) {
    return Noted(auth_->auth().RefreshToken(context, request));
  });
  table_.AddUnary<wire::methods::ValidateToken>(
      [this](const auto& context, const auto& request) -> StatusOr<ValidateTokenResponse> {
        if (expired_.find(request.access_token) != expired_.end()) return ValidateTokenResponse();
        return auth_->auth().ValidateToken(context, request);
      });
}

void MemoryServices::ServePlay() {
  table_.AddStream<wire::methods::Connect>(
      [this](const auto& context, const auto&, auto host) { return presence_.Connect(context, host); });
  table_.AddStream<wire::methods::WatchPresence>([this](const auto& context, const auto& request, auto host) {
    return presence_.Watch(context, request, host);
  });
  table_.AddUnary<wire::methods::CreateTicket>([this](const auto& context, const auto& request) {
    return matchmaking_.CreateTicket(context, request);
  });
  table_.AddUnary<wire::methods::GetTicket>(
      [this](const auto& context, const auto& request) { return matchmaking_.GetTicket(context, request); });
  table_.AddUnary<wire::methods::CancelTicket>([this](const auto& context, const auto& request) {
    return matchmaking_.CancelTicket(context, request);
  });
  table_.AddStream<wire::methods::WatchTicket>([this](const auto& context, const auto& request, auto host) {
    return matchmaking_.WatchTicket(context, request, host);
  });
}

StatusOr<AuthTokens> MemoryServices::Noted(StatusOr<AuthTokens> tokens) {
  if (tokens.ok()) issued_.insert(tokens->access_token);
  return tokens;
}

StatusOr<CallContext> MemoryServices::ContextOf(const TransportCall& call, bool needs_token) const {
  CallContext context;
  context.idempotency_key = ValueOf(call.metadata, "idempotency-key");
  context.peer_address = "127.0.0.1";
  context.deadline = call.deadline;
  if (!needs_token) return context;
  const std::string authorization = ValueOf(call.metadata, "authorization");
  OOFGG_ASSIGN_OR_RETURN(const std::string_view token, auth::BearerCredential(authorization));
  if (expired_.find(token) != expired_.end()) {
    return WithReason(MakeStatus(StatusCode::kUnauthenticated, "the token has expired"), "TOKEN_EXPIRED");
  }
  OOFGG_ASSIGN_OR_RETURN(context.caller, auth_->authorizer().Authenticate(token));
  context.bearer_token = std::string(token);
  return context;
}

void MemoryServices::ExpireTokens() { expired_.merge(issued_); }

}  // namespace oofgg::testing
