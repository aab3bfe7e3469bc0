#include "presence/instances/sent_elsewhere.h"

#include <absl/strings/cord.h>

#include <cstddef>

namespace oofgg::presence {
namespace {

constexpr const char* kAddressUrl = "oofgg/presence-instance";
constexpr double kOverfull = 0.8;
constexpr double kClearlyLess = 0.1;

double LoadOf(const LeaseRecord& record) {
  return static_cast<double>(record.connections) / static_cast<double>(record.capacity);
}

bool TakesClients(const LeaseRecord& record) {
  return !record.leaving && !record.address.empty() && record.capacity > 0 && LoadOf(record) < 1;
}

std::optional<std::string> EmptierOfTwo(const std::vector<const LeaseRecord*>& fit, RandomSource& random) {
  if (fit.empty()) return std::nullopt;
  const LeaseRecord* const one = fit[random.Below(fit.size())];
  const LeaseRecord* const other = fit[random.Below(fit.size())];
  return LoadOf(*one) <= LoadOf(*other) ? one->address : other->address;
}

}  // namespace

Status SentElsewhere(const std::string& address) {
  Status status = MakeStatus(StatusCode::kUnavailable, "connect to " + address);
  status.SetPayload(kAddressUrl, absl::Cord(address));
  return status;
}

std::optional<std::string> SentWhere(const Status& status) {
  const auto address = status.GetPayload(kAddressUrl);
  if (!address.has_value()) return std::nullopt;
  return std::string(*address);
}

std::optional<std::string> LighterInstance(const LeaseRecord& own, const std::vector<LeaseRecord>& others,
                                           RandomSource& random) {
  if (own.capacity == 0 || LoadOf(own) < kOverfull) return std::nullopt;
  std::vector<const LeaseRecord*> fit;
  for (const LeaseRecord& other : others) {
    if (TakesClients(other) && LoadOf(other) <= LoadOf(own) - kClearlyLess) fit.push_back(&other);
  }
  return EmptierOfTwo(fit, random);
}

std::optional<std::string> NextInstance(const std::vector<LeaseRecord>& others, RandomSource& random) {
  std::vector<const LeaseRecord*> fit;
  for (const LeaseRecord& other : others) {
    if (TakesClients(other)) fit.push_back(&other);
  }
  return EmptierOfTwo(fit, random);
}

}  // namespace oofgg::presence
