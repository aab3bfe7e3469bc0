#include "oofgg/backoff.h"

#include <algorithm>
#include <cstdint>

namespace oofgg {
namespace {

BackoffOptions Sane(BackoffOptions options) {
  options.initial = std::max(options.initial, std::chrono::milliseconds(1));
  options.maximum = std::max(options.maximum, options.initial);
  options.multiplier = std::max(options.multiplier, 1.0);
  return options;
}

}  // namespace

Backoff::Backoff(RandomSource& random, BackoffOptions options)
    : random_(random), options_(Sane(options)), bound_(options_.initial) {}

std::chrono::milliseconds Backoff::Next() {
  const auto choices = static_cast<std::uint64_t>(bound_.count()) + 1;
  const std::chrono::milliseconds wait(static_cast<std::int64_t>(random_.Below(choices)));
  const double grown = static_cast<double>(bound_.count()) * options_.multiplier;
  bound_ = grown < static_cast<double>(options_.maximum.count())
               ? std::chrono::milliseconds(static_cast<std::int64_t>(grown))
               : options_.maximum;
  return wait;
}

}  // namespace oofgg
