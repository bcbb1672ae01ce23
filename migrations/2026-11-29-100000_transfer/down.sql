drop table former_addresses;
alter table comments drop column external_id;
