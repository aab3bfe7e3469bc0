#include "storage/postgres/statement.h"

#include <bit>
#include <utility>

namespace oofgg::storage {
namespace {

// Of catalog pg_type; they never change.
constexpr std::uint32_t kBigintOid = 20;
constexpr std::uint32_t kTextOid = 25;
constexpr std::uint32_t kDoubleOid = 701;

/// In network order, as the protocol has all numbers.
template <typename Unsigned>
void AppendBytes(std::string& bytes, Unsigned value) {
  for (int shift = static_cast<int>(sizeof value) * 8 - 8; shift >= 0; shift -= 8) {
    bytes += static_cast<char>(value >> shift & 0xff);
  }
}

std::string BytesOf(std::int64_t value) {
  std::string bytes;
  AppendBytes(bytes, static_cast<std::uint64_t>(value));
  return bytes;
}
std::string BytesOf(double value) { return BytesOf(std::bit_cast<std::int64_t>(value)); }
const std::string& BytesOf(const std::string& value) { return value; }

/// As `array_recv` reads it: dimensions, whether there are nulls, type; size and first index of each
/// dimension; then the elements.
template <typename Value>
std::string ArrayBytes(std::uint32_t type, std::span<const Value> values) {
  std::string bytes;
  AppendBytes(bytes, std::uint32_t{values.empty() ? 0U : 1U});
  AppendBytes(bytes, std::uint32_t{0});
  AppendBytes(bytes, type);
  if (values.empty()) return bytes;
  AppendBytes(bytes, static_cast<std::uint32_t>(values.size()));
  AppendBytes(bytes, std::uint32_t{1});
  for (const Value& value : values) {
    const auto& element = BytesOf(value);
    AppendBytes(bytes, static_cast<std::uint32_t>(element.size()));
    bytes += element;
  }
  return bytes;
}

}  // namespace

PgParams& PgParams::Int(std::int64_t value) { return Add(BytesOf(value)); }

PgParams& PgParams::Real(double value) { return Add(BytesOf(value)); }

PgParams& PgParams::Texts(std::span<const std::string> values) { return Add(ArrayBytes(kTextOid, values)); }

PgParams& PgParams::Ints(std::span<const std::int64_t> values) { return Add(ArrayBytes(kBigintOid, values)); }

PgParams& PgParams::Reals(std::span<const double> values) { return Add(ArrayBytes(kDoubleOid, values)); }

PgParams& PgParams::Null() {
  values_.push_back({.bytes = {}, .null = true});
  return *this;
}

PgParams& PgParams::Add(std::string bytes) {
  values_.push_back({.bytes = std::move(bytes)});
  return *this;
}

}  // namespace oofgg::storage
