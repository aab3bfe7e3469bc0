#include "storage/postgres/statement.h"

#include <utility>

namespace oofgg::storage {

PgParams& PgParams::Int(std::int64_t value) {
  std::string bytes(sizeof value, '\0');
  auto rest = static_cast<std::uint64_t>(value);
  for (std::size_t i = bytes.size(); i-- > 0; rest >>= 8) bytes[i] = static_cast<char>(rest & 0xff);
  return Add(std::move(bytes));
}

PgParams& PgParams::Null() {
  values_.push_back({.bytes = {}, .null = true});
  return *this;
}

PgParams& PgParams::Add(std::string bytes) {
  values_.push_back({.bytes = std::move(bytes)});
  return *this;
}

}  // namespace oofgg::storage
