#include "storage/postgres/result.h"

#include <libpq-fe.h>

#include <bit>
#include <charconv>
#include <cstring>
#include <string_view>

namespace oofgg::storage {
namespace {

/// A number in network order, as the protocol has all of them.
std::uint64_t NumberIn(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

std::string_view Field(const PgResult& result, int code) {
  const char* text = PQresultErrorField(result.handle(), code);
  return text != nullptr ? text : "";
}

}  // namespace

void PgResult::Clear::operator()(pg_result* handle) const { PQclear(handle); }

int PgResult::rows() const { return PQntuples(handle_.get()); }

std::int64_t PgResult::affected() const {
  const std::string_view text = PQcmdTuples(handle_.get());
  std::int64_t count = 0;
  std::from_chars(text.data(), text.data() + text.size(), count);
  return count;
}

std::int64_t PgResult::Int(int row, int column) const {
  return static_cast<std::int64_t>(NumberIn(Bytes(row, column)));
}

std::string PgResult::Text(int row, int column) const { return std::string(Bytes(row, column)); }

double PgResult::Real(int row, int column) const {
  return std::bit_cast<double>(NumberIn(Bytes(row, column)));
}

// As `array_send` writes it: three numbers, two for each dimension, and the elements, each behind its length.
std::vector<std::string> PgResult::Texts(int row, int column) const {
  constexpr std::size_t kNumber = 4;
  std::string_view rest = Bytes(row, column);
  const auto take = [&rest](std::size_t size) {
    const std::string_view taken = rest.substr(0, size);
    rest.remove_prefix(taken.size());
    return taken;
  };
  const std::uint64_t dimensions = NumberIn(take(kNumber));
  take((2 + 2 * dimensions) * kNumber);
  std::vector<std::string> texts;
  while (!rest.empty()) {
    const auto length = static_cast<std::uint32_t>(NumberIn(take(kNumber)));
    constexpr std::uint32_t kNull = 0xffffffff;
    texts.emplace_back(length == kNull ? std::string_view() : take(length));
  }
  return texts;
}

std::string_view PgResult::Bytes(int row, int column) const {
  return {PQgetvalue(handle_.get(), row, column),
          static_cast<std::size_t>(PQgetlength(handle_.get(), row, column))};
}

bool PgResult::Bool(int row, int column) const { return Int(row, column) != 0; }

bool PgResult::IsNull(int row, int column) const { return PQgetisnull(handle_.get(), row, column) != 0; }

// Appendix A of PostgreSQL's manual, "PostgreSQL Error Codes".
StatusCode CodeOfSqlState(std::string_view state) {
  if (state == "23505") return StatusCode::kAlreadyExists;
  if (state == "42501") return StatusCode::kFailedPrecondition;
  if (state == "25006") return StatusCode::kUnavailable;
  if (state == "55P03") return StatusCode::kUnavailable;
  if (state == "57014") return StatusCode::kDeadlineExceeded;
  if (state == "22003") return StatusCode::kOutOfRange;
  const std::string_view category = state.substr(0, 2);
  if (category == "22") return StatusCode::kInvalidArgument;
  if (category == "23" || category == "28") return StatusCode::kFailedPrecondition;
  if (category == "08" || category == "40" || category == "53" || category == "57" || category == "58") {
    return StatusCode::kUnavailable;
  }
  if (category == "XX" && state != "XX000") return StatusCode::kDataLoss;
  return StatusCode::kInternal;
}

Status ErrorOf(const PgResult& result) {
  const std::string_view state = Field(result, PG_DIAG_SQLSTATE);
  // Only the primary message: DETAIL and CONTEXT quote values.
  std::string message = "PostgreSQL: ";
  message += Field(result, PG_DIAG_MESSAGE_PRIMARY);
  message += " (SQLSTATE ";
  message += state;
  message += ")";
  return MakeStatus(CodeOfSqlState(state), message);
}

bool EndsConnection(const PgResult& result) {
  const std::string_view state = Field(result, PG_DIAG_SQLSTATE);
  return state.starts_with("57P") || state == "25006";
}

}  // namespace oofgg::storage
