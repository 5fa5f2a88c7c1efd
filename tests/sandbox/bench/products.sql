-- Products GROWTH-000001 and so on, from {first} to {last}: copies of one of the merchant's in every column, with its taxes and
-- stock for all orders. Rows and not the ORM's create, which takes minutes for as many.

INSERT INTO product_template
SELECT copied.*
FROM product_product base
JOIN product_template template ON template.id = base.product_tmpl_id,
     generate_series({first}, {last}) number,
     LATERAL jsonb_populate_record(template, jsonb_build_object(
         'id', nextval('product_template_id_seq'),
         'default_code', 'GROWTH-' || lpad(number::text, 6, '0'))) copied
WHERE base.default_code = 'HL-FILTER-100';

INSERT INTO product_product
SELECT copied.*
FROM product_product base,
     generate_series({first}, {last}) number
JOIN product_template template ON template.default_code = 'GROWTH-' || lpad(number::text, 6, '0'),
     LATERAL jsonb_populate_record(base, jsonb_build_object(
         'id', nextval('product_product_id_seq'),
         'product_tmpl_id', template.id,
         'default_code', template.default_code)) copied
WHERE base.default_code = 'HL-FILTER-100';

INSERT INTO product_taxes_rel (prod_id, tax_id)
SELECT template.id, taxes.tax_id
FROM product_product base
JOIN product_taxes_rel taxes ON taxes.prod_id = base.product_tmpl_id,
     generate_series({first}, {last}) number
JOIN product_template template ON template.default_code = 'GROWTH-' || lpad(number::text, 6, '0')
WHERE base.default_code = 'HL-FILTER-100';

INSERT INTO stock_quant
SELECT copied.*
FROM product_product base
JOIN stock_quant quant ON quant.product_id = base.id
JOIN stock_location location ON location.id = quant.location_id AND location.usage = 'internal',
     generate_series({first}, {last}) number
JOIN product_product product ON product.default_code = 'GROWTH-' || lpad(number::text, 6, '0'),
     LATERAL jsonb_populate_record(quant, jsonb_build_object(
         'id', nextval('stock_quant_id_seq'),
         'product_id', product.id,
         'quantity', 1000000,
         'reserved_quantity', 0)) copied
WHERE base.default_code = 'HL-FILTER-100';

ANALYZE product_template, product_product, product_taxes_rel, stock_quant;
