// token inspect, token verify: on any token that stdin brings.

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "auth/strict_json.h"
#include "auth/token_claims.h"
#include "base/encoding.h"
#include "base/utc.h"
#include "oofgg/auth/authorizer.h"
#include "oofgg/auth/token_verifier.h"
#include "servers/cli/arguments.h"
#include "servers/cli/context.h"
#include "servers/cli/times.h"

namespace oofgg::cli {
namespace {

constexpr std::size_t kMaxDepth = 16;
constexpr std::int64_t kLatestSecond = 7258118400;  // 2200-01-01. WallTime ends in 2262.
constexpr int kInvalid = 1;
constexpr int kUsage = 2;

struct VerifyOptions {
  std::string keys;
  bool no_claims = false;
  std::string issuer;
  std::string audience;
};

/// Around a token that was copied out of a header or a log: room for blanks, a line's end and `Bearer `.
constexpr std::size_t kRoomAround = 256;

std::string_view Trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

/// The token on stdin, with or without the scheme of an Authorization header. What is longer than any is cut,
/// and refused all the same.
std::string ReadToken() {
  std::string input(auth::kMaxTokenBytes + kRoomAround, '\0');
  std::cin.read(input.data(), static_cast<std::streamsize>(input.size()));
  input.resize(static_cast<std::size_t>(std::cin.gcount()));
  const std::string_view token = Trimmed(input);
  return std::string(auth::BearerCredential(token).value_or(token));
}

/// `part` decoded, as an object where it is one.
struct Part {
  std::string text;
  std::optional<nlohmann::json> object;
};

StatusOr<Part> DecodePart(std::string_view part, const char* name) {
  auto text = base::Base64UrlDecode(part);
  if (!text.has_value()) {
    return MakeStatus(StatusCode::kInvalidArgument, std::string("the token's ") + name + " is not base64url");
  }
  auto object = auth::ParseStrictObject(*text, kMaxDepth);
  return Part{.text = *std::move(text),
              .object = object.ok() ? std::optional(*std::move(object)) : std::nullopt};
}

std::string InWords(const std::string& claim, const nlohmann::json& value) {
  std::string words = value.is_string() ? value.get<std::string>() : auth::ToLine(value);
  const bool is_time = claim == "exp" || claim == "nbf" || claim == "iat" || claim == "auth_time";
  if (!is_time || !value.is_number_integer() || value < 0 || value > kLatestSecond) return words;
  const WallTime time{std::chrono::seconds(value.get<std::int64_t>())};
  return words + " (" + FormatUtc(time) + ", " + FormatDistance(time, Clock::System().WallNow()) + ")";
}

void PrintMembers(Context& context, const char* title, const Part& part) {
  if (!part.object.has_value())
    return context.Print(std::string(title) + ", no JSON object: " + part.text, {});
  context.Print(title, {});
  for (const auto& [name, value] : part.object->items()) {
    context.Print("  " + name + ": " + InWords(name, value), {});
  }
}

Status Inspect(Context& context) {
  const std::string token = ReadToken();
  const std::size_t first = token.find('.');
  const std::size_t second = first == std::string::npos ? first : token.find('.', first + 1);
  if (second == std::string::npos || token.size() > auth::kMaxTokenBytes) {
    return MakeStatus(StatusCode::kInvalidArgument, "stdin holds no token: three parts with dots between");
  }
  OOFGG_ASSIGN_OR_RETURN(const Part header, DecodePart(std::string_view(token).substr(0, first), "header"));
  OOFGG_ASSIGN_OR_RETURN(
      const Part payload,
      DecodePart(std::string_view(token).substr(first + 1, second - first - 1), "payload"));
  if (context.settings().json) {
    const auto json_of = [](const Part& part) { return part.object.value_or(nlohmann::json(part.text)); };
    context.Print({}, {{"header", json_of(header)}, {"claims", json_of(payload)}, {"verified", false}});
    return {};
  }
  PrintMembers(context, "header", header);
  PrintMembers(context, "claims", payload);
  context.Print("NOT VERIFIED: anybody can write such a token; `oofgg token verify` checks the signature",
                {});
  return {};
}

std::optional<std::string> Given(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

Status CheckToken(const std::string& token, const auth::Jwks& keys, const VerifyOptions& options) {
  OOFGG_ASSIGN_OR_RETURN(const std::string payload, auth::VerifySignatureOnly(token, keys));
  if (options.no_claims) return {};
  return auth::CheckAnyClaims(payload, {.issuer = Given(options.issuer),
                                        .audience = Given(options.audience),
                                        .now = Clock::System().WallNow(),
                                        .clock_skew = auth::TokenVerifierOptions().clock_skew});
}

Status Verify(Context& context, const VerifyOptions& options) {
  const auto keys = auth::LoadJwksFile(options.keys, {.allow_secrets = true, .allow_single_key = true});
  if (!keys.ok()) {
    context.SetExitStatus(kUsage);
    return Annotate(keys.status(), "--keys");
  }
  const Status status = CheckToken(ReadToken(), *keys, options);
  if (status.ok()) {
    context.Print("valid", {{"valid", true}});
    return {};
  }
  const std::string message(status.message());
  const std::string reason = ReasonOf(status);
  context.Print("invalid: " + reason + ": " + message,
                {{"valid", false}, {"reason", reason}, {"message", message}});
  context.SetExitStatus(kInvalid);
  return {};
}

}  // namespace

void AddTokenCommands(CLI::App& app, Command* chosen) {
  auto* token = app.get_subcommand("token");
  token->add_subcommand("inspect", "Show what a token on stdin says, believing nothing")->callback([=] {
    *chosen = Inspect;
  });
  const auto options = std::make_shared<VerifyOptions>();
  auto* verify = token->add_subcommand(
      "verify", "Check a token on stdin: prints `valid` or `invalid: REASON`, exits 0 or 1");
  verify->add_option("--keys", options->keys, "JWK set, or one JWK; may hold secrets")
      ->required()
      ->type_name("FILE");
  verify->add_flag("--no-claims", options->no_claims, "Check the signature alone");
  AddText(*verify, "--issuer", &options->issuer, "Demand this iss (default: any)");
  AddText(*verify, "--audience", &options->audience, "Demand this among aud (default: any)");
  verify->callback([=] { *chosen = [=](Context& context) { return Verify(context, *options); }; });
}

}  // namespace oofgg::cli
