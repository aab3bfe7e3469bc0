#include "storage/postgres/database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <thread>

#include "tests/unit/storage_postgres/fixture.h"

namespace oofgg::storage {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr PgStatement kEcho{"SELECT $1::text, $2::bytea, $3::bigint, $4::boolean, $5::text", PgKind::kRead};

using DatabaseTest = PostgresTest;

TEST_F(DatabaseTest, ValuesComeBackAsTheyWent) {
  const auto database = Open();
  const std::string bytes("\0\xff'\\", 4);
  const std::int64_t lowest = (std::numeric_limits<std::int64_t>::min)();
  for (const std::int64_t number :
       {lowest, std::int64_t{-1}, std::int64_t{0}, std::int64_t{1'900'000'000'123}}) {
    const auto row =
        database->Run(kEcho, PgParams().Text("it's; --").Bytes(bytes).Int(number).Bool(number < 0).Null());
    ASSERT_TRUE(row.ok()) << row.status();
    EXPECT_EQ(row->rows(), 1);
    EXPECT_EQ(row->Text(0, 0), "it's; --");
    EXPECT_EQ(row->Text(0, 1), bytes);
    EXPECT_EQ(row->Int(0, 2), number);
    EXPECT_EQ(row->Bool(0, 3), number < 0);
    EXPECT_TRUE(row->IsNull(0, 4));
    EXPECT_FALSE(row->IsNull(0, 0));
    EXPECT_FALSE(row->repeated());
  }
}

TEST_F(DatabaseTest, DoublesComeBackBitForBit) {
  static constexpr PgStatement kReal{"SELECT $1::double precision", PgKind::kRead};
  using Limits = std::numeric_limits<double>;
  const auto database = Open();
  for (const double number : {0.1, -0.0, 1e308, Limits::denorm_min(), Limits::infinity(), Limits::lowest()}) {
    const auto row = database->Run(kReal, PgParams().Real(number));
    ASSERT_TRUE(row.ok()) << row.status();
    EXPECT_EQ(std::bit_cast<std::uint64_t>(row->Real(0, 0)), std::bit_cast<std::uint64_t>(number));
  }
  EXPECT_TRUE(std::isnan(database->Run(kReal, PgParams().Real(Limits::quiet_NaN()))->Real(0, 0)));
}

TEST_F(DatabaseTest, ArraysComeBackInTheirOrder) {
  static constexpr PgStatement kArrays{
      "SELECT $1::text[], array_to_string($2::bigint[], ','), array_to_string($3::double precision[], ','),"
      " cardinality($1::text[])::bigint",
      PgKind::kRead};
  const auto database = Open();
  for (const std::vector<std::string>& texts :
       {std::vector<std::string>{}, std::vector<std::string>{""},
        std::vector<std::string>{"b", "", "{\"a, b\"}", "näh", std::string(100'000, 'x'), "NULL"}}) {
    const auto row = database->Run(kArrays, PgParams()
                                                .Texts(texts)
                                                .Ints(std::vector<std::int64_t>{-1, 0, 1'900'000'000'123})
                                                .Reals(std::vector<double>{0.5, -2}));
    ASSERT_TRUE(row.ok()) << row.status();
    EXPECT_EQ(row->Texts(0, 0), texts);
    EXPECT_EQ(row->Text(0, 1), "-1,0,1900000000123");
    EXPECT_EQ(row->Text(0, 2), "0.5,-2");
    EXPECT_EQ(row->Int(0, 3), static_cast<std::int64_t>(texts.size()));
  }
  static constexpr PgStatement kNulls{"SELECT NULL::text[], ARRAY['a', NULL, 'b']", PgKind::kRead};
  const auto nulls = database->Run(kNulls);
  EXPECT_TRUE(nulls->Texts(0, 0).empty());
  EXPECT_EQ(nulls->Texts(0, 1), (std::vector<std::string>{"a", "", "b"}));
}

TEST_F(DatabaseTest, AWriteIsThereForTheNextRead) {
  const auto database = Open();
  for (int i = 1; i <= 20; ++i) {
    const auto written = database->Run(kInsert, PgParams().Text(std::to_string(i)));
    ASSERT_TRUE(written.ok()) << written.status();
    EXPECT_EQ(written->affected(), 1);
    EXPECT_EQ(database->Run(kCount)->Int(0, 0), i);
  }
}

TEST_F(DatabaseTest, ABrokenRuleIsTheCallersToHandleAndItsValuesStayUnsaid) {
  const auto database = Open();
  ASSERT_TRUE(database->Run(kInsert, PgParams().Text("ann@example.com")).ok());
  const Status taken = database->Run(kInsert, PgParams().Text("ann@example.com")).status();
  EXPECT_EQ(taken.code(), StatusCode::kAlreadyExists);
  EXPECT_THAT(std::string(taken.message()), Not(HasSubstr("ann")));
  EXPECT_EQ(database->Run(kInsert, PgParams().Text(std::string("a\0b", 3))).status().code(),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(database->Run(kCount)->Int(0, 0), 1);
}

TEST_F(DatabaseTest, AFaultInTheSqlFailsNobodyElse) {
  static constexpr PgStatement kBroken{"SELECT nonsense FROM rows", PgKind::kRead};
  const auto database = Open({.connections = 1});
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(database->Run(kBroken).status().code(), StatusCode::kInternal);
    EXPECT_TRUE(database->Run(kCount).ok());
  }
}

TEST_F(DatabaseTest, ManyCallersShareAFewConnections) {
  const auto database = Open({.connections = 3});
  std::vector<std::thread> callers;
  for (int caller = 0; caller < 24; ++caller) {
    callers.emplace_back([&database, caller] {
      for (int i = 0; i < 20; ++i) {
        const std::string name = std::to_string(caller) + "/" + std::to_string(i);
        EXPECT_TRUE(database->Run(kInsert, PgParams().Text(name)).ok());
        EXPECT_EQ(database->Run(kEcho, PgParams().Text(name).Bytes("").Int(i).Bool(true).Null())->Text(0, 0),
                  name);
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(database->Run(kCount)->Int(0, 0), 480);
}

TEST(SqlStateTest, SaysWhatToDoNext) {
  const std::pair<const char*, StatusCode> meanings[] = {
      {"23505", StatusCode::kAlreadyExists},    {"23514", StatusCode::kFailedPrecondition},
      {"22021", StatusCode::kInvalidArgument},  {"40001", StatusCode::kUnavailable},
      {"40P01", StatusCode::kUnavailable},      {"53100", StatusCode::kUnavailable},
      {"57014", StatusCode::kDeadlineExceeded}, {"57P01", StatusCode::kUnavailable},
      {"25006", StatusCode::kUnavailable},      {"42501", StatusCode::kFailedPrecondition},
      {"42P01", StatusCode::kInternal},         {"XX001", StatusCode::kDataLoss},
      {"XX000", StatusCode::kInternal},         {"", StatusCode::kInternal}};
  for (const auto& [state, code] : meanings) EXPECT_EQ(CodeOfSqlState(state), code) << state;
}

}  // namespace
}  // namespace oofgg::storage
